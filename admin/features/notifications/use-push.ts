import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { useApi, useMe } from '../../shared/session/context';
import { renew } from './model/push';

/** A path of the console that the service worker asks for. */
const PATH = /^\/notifications\/(\?notice=[0-9a-f-]{36})?$/;

/** Keeps the pushes of this browser alive, and opens the notice when one is clicked while a page is open. */
export const usePush = (): void => {
  const api = useApi();
  const router = useRouter();
  const { id, role } = useMe();
  useEffect(() => {
    // The next page tries again.
    if (role !== 'super_admin') void renew(api, id).catch(() => undefined);
  }, [api, id, role]);
  useEffect(() => {
    if (!('serviceWorker' in navigator)) return;
    const open = ({ data }: MessageEvent<unknown>) => {
      const path: unknown = data instanceof Object ? Reflect.get(data, 'path') : undefined;
      if (typeof path === 'string' && PATH.test(path)) router.push(path);
    };
    navigator.serviceWorker.addEventListener('message', open);
    return () => navigator.serviceWorker.removeEventListener('message', open);
  }, [router]);
};
