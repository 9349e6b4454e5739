import { type ReactNode, useSyncExternalStore } from 'react';

export interface ToastOptions {
  readonly message: ReactNode;
  readonly title?: string;
  readonly tone?: 'info' | 'success' | 'warning' | 'error';
  /** Milliseconds, or false to stay until it is closed. */
  readonly autoClose?: number | false;
  readonly onClose?: () => void;
}

const COLORS = { info: undefined, success: 'teal', warning: 'orange', error: 'red' } as const;

let spoken = false;
const listeners = new Set<() => void>();

/** True from the first toast on: until then the page does without the code that shows them. */
export const useToastsWanted = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => spoken,
    () => false,
  );

/** Says something in the corner of the screen. Resolves with what takes it away again. */
export const toast = async (options: ToastOptions): Promise<() => void> => {
  spoken = true;
  for (const listener of listeners) listener();
  const { notifications } = await import('@mantine/notifications');
  const { tone = 'info', title, onClose, message, autoClose = 6_000 } = options;
  const color = COLORS[tone];
  const id = notifications.show({
    message,
    autoClose,
    role: tone === 'error' ? 'alert' : 'status',
    ...(title === undefined ? {} : { title }),
    ...(color === undefined ? {} : { color }),
    ...(onClose === undefined ? {} : { onClose }),
  });
  return () => notifications.hide(id);
};
