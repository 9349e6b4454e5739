/**
 * The service worker of the console: shows Web Push messages, whose text says only that something has come, and opens the
 * notice. It caches nothing, so a page is always that of the server.
 */
const NOTICE_ID = /^[0-9a-f-]{36}$/;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

const read = (data) => {
  try {
    return data ? data.json() : {};
  } catch {
    return {};
  }
};

self.addEventListener('push', (event) => {
  const { title, notice_id: id } = read(event.data);
  event.waitUntil(
    self.registration.showNotification(typeof title === 'string' ? title : 'Wardbell', {
      icon: '/icon-192.png',
      badge: '/icon-192.png',
      requireInteraction: true,
      ...(NOTICE_ID.test(id) ? { tag: id, renotify: true, data: { id } } : {}),
    }),
  );
});

const open = async (id) => {
  const path = id ? `/notifications/?notice=${id}` : '/notifications/';
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const [page] = pages;
  if (!page) return self.clients.openWindow(path);
  await page.focus();
  // The page goes there itself, so that nothing that was entered is lost without a question.
  page.postMessage({ type: 'open-notice', path });
};

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.id));
});
