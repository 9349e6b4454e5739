import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

const PLACE = /^\/notifications\/(\?notice=[0-9a-f-]{36})?$/;

const pathOf = (data: unknown): string | null => {
  if (typeof data !== 'object' || data === null || !('path' in data)) return null;
  return typeof data.path === 'string' && PLACE.test(data.path) ? data.path : null;
};

/** Registers the worker that shows push messages, and goes to the notice that somebody has opened from one. */
export const useServiceWorker = (): void => {
  const router = useRouter();
  useEffect(() => {
    // Absent in pages that came by plain HTTP from another machine.
    if (!('serviceWorker' in navigator)) return;
    const worker = navigator.serviceWorker;
    void worker.register('/sw.js').catch(() => undefined);
    const onMessage = ({ data }: MessageEvent) => {
      const path = pathOf(data);
      if (path !== null) router.push(path);
    };
    worker.addEventListener('message', onMessage);
    return () => worker.removeEventListener('message', onMessage);
  }, [router]);
};
