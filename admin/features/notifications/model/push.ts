import { z } from 'zod';
import type { Api } from '../../../shared/api/api';

/** Whose pushes this browser shows, and the id of its subscription at the server. */
const KEY = 'wardbell.push';
const Stored = z.object({ owner: z.string(), id: z.string() });

const read = (): z.infer<typeof Stored> | null => {
  try {
    return Stored.safeParse(JSON.parse(localStorage.getItem(KEY) ?? 'null')).data ?? null;
  } catch {
    return null;
  }
};

export const canPush = (): boolean =>
  'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

const bytesOf = (base64url: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  );

const findSubscription = async (): Promise<PushSubscription | null> => {
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ?? null;
};

/** True when this browser shows the pushes of this person. */
export const isSubscribed = async (owner: string): Promise<boolean> =>
  canPush() && read()?.owner === owner && (await findSubscription()) !== null;

const store = async (api: Api, owner: string, subscription: PushSubscription, byPerson: boolean) => {
  const { endpoint = '', expirationTime = null, keys = {} } = subscription.toJSON();
  const { p256dh = '', auth = '' } = keys;
  const body = { endpoint, expirationTime, keys: { p256dh, auth } };
  const { id } = await api.call('POST', '/push/subscriptions', { body, byPerson });
  localStorage.setItem(KEY, JSON.stringify({ owner, id }));
};

/** Has the server wake this browser. @throws when the browser, its push service or the server refuses */
export const subscribe = async (api: Api, owner: string): Promise<void> => {
  if ((await Notification.requestPermission()) !== 'granted') throw new Error('not allowed');
  const { public_key: key } = await api.call('GET', '/push/key', {});
  const registration = await navigator.serviceWorker.register('/sw.js');
  await navigator.serviceWorker.ready;
  const applicationServerKey = bytesOf(key);
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey,
  });
  await store(api, owner, subscription, true);
};

/** Ends it, here and at the server. */
export const unsubscribe = async (api: Api): Promise<void> => {
  const id = read()?.id;
  localStorage.removeItem(KEY);
  await (await findSubscription())?.unsubscribe();
  if (id !== undefined) await api.call('DELETE', '/push/subscriptions/:id', { params: { id } });
};

/** Signing out ended it at the server: this begins it again for the same person, who is signed in anew. */
export const renew = async (api: Api, owner: string): Promise<void> => {
  if (!canPush() || read()?.owner !== owner || Notification.permission !== 'granted') return;
  const subscription = await findSubscription();
  if (subscription) await store(api, owner, subscription, false);
};
