'use client';

import { Notifications } from '@mantine/notifications';

/** One part with what shows them: a toast that says that the network is gone must not be waiting for it. */
export { notifications } from '@mantine/notifications';

const POSITION = 'bottom-left';

/**
 * Keeps in `--toasts-height` how much of the window toasts take from below, so that on a phone the page can end above them.
 * Called with each of the corners where toasts could be.
 */
const keepRoom = (corner: HTMLDivElement | null) => {
  if (corner?.dataset['position'] !== POSITION) return;
  const root = document.documentElement;
  const observer = new ResizeObserver(() => {
    const { height, top } = corner.getBoundingClientRect();
    root.style.setProperty('--toasts-height', height === 0 ? '0px' : `${Math.ceil(innerHeight - top)}px`);
  });
  observer.observe(corner);
  return () => {
    observer.disconnect();
    root.style.removeProperty('--toasts-height');
  };
};

/** The corner of the screen where toasts stand. */
export const Toasts = () => (
  <Notifications ref={keepRoom} position={POSITION} limit={4} containerWidth={400} />
);
