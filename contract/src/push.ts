import { z } from 'zod';
import { Uuid } from './text.js';

/** Web Push: a browser hears of notices while no page of the console is open. */

/** Browsers of one person; a further one takes the place of the one that came first. */
export const MAX_PUSH_SUBSCRIPTIONS = 20;
/** The whole text of a message. The notice itself is read with the token of the person who opens it. */
export const PUSH_TITLE = 'New message in Wardbell';
export const PUSH_TEST_TITLE = 'Test message in Wardbell';

export const PushKey = z.object({
  public_key: z.string().meta({
    description: '`applicationServerKey` for `pushManager.subscribe` (VAPID, base64url)',
  }),
});

const base64url = (bytes: number) =>
  z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}={0,2}$`), 'must be base64url');

/** `PushSubscription.toJSON()` of a browser. */
export const PushSubscriptionCreate = z.object({
  endpoint: z
    .url()
    .max(2_000)
    .regex(/^[\x21-\x7e]*$/, 'must be ASCII'),
  expirationTime: z.number().nullish().meta({ description: 'Milliseconds since 1970; null: none' }),
  keys: z.object({ p256dh: base64url(65), auth: base64url(16) }),
});
export type PushSubscriptionCreate = z.infer<typeof PushSubscriptionCreate>;

export const PushSubscriptionCreated = z.object({ id: Uuid });
/** What a service worker gets. */
export const PushPayload = z.object({ title: z.string(), notice_id: Uuid });
export type PushPayload = z.infer<typeof PushPayload>;
