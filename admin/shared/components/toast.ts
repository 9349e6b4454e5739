import { type ReactNode, useSyncExternalStore } from 'react';

export interface ToastOptions {
  readonly message: ReactNode;
  readonly title?: string;
  readonly tone?: 'info' | 'success' | 'warning' | 'error';
  /** Milliseconds, or false to stay until it is closed. */
  readonly autoClose?: number | false;
  readonly onClose?: () => void;
  /** A toast of the same name that still stands is replaced. */
  readonly id?: string;
  /** Absent: it is announced. */
  readonly role?: 'group';
}

let closeLabel = '';

/** What the button that closes a toast is called, in the reader's language. */
export const nameToastClose = (label: string): void => {
  closeLabel = label;
};

const COLORS = { info: undefined, success: 'teal', warning: 'orange', error: 'red' } as const;

let hasShown = false;
const listeners = new Set<() => void>();

/** True from the first toast on: until then the page does without the code that shows them. */
export const useHasToasts = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => hasShown,
    () => false,
  );

/** Says something in the corner of the screen. Resolves with what takes it away again. */
export const toast = async (options: ToastOptions): Promise<() => void> => {
  hasShown = true;
  for (const listener of listeners) listener();
  const { notifications } = await import('./toasts');
  const { tone = 'info', title, onClose, message, autoClose = 6_000 } = options;
  const color = COLORS[tone];
  const shown = {
    message,
    autoClose,
    // Below a title Mantine's own grey is under 4.5:1.
    styles: { description: { color: 'var(--mantine-color-text)' } },
    closeButtonProps: { 'aria-label': closeLabel },
    role: options.role ?? (tone === 'error' ? 'alert' : 'status'),
    ...(title === undefined ? {} : { title }),
    ...(color === undefined ? {} : { color }),
    ...(onClose === undefined ? {} : { onClose }),
    ...(options.id === undefined ? {} : { id: options.id }),
  };
  const id = notifications.show(shown);
  if (options.id !== undefined) notifications.update({ ...shown, id });
  return () => notifications.hide(id);
};

/** Takes a toast away by its name, if it stands. */
export const hideToast = (id: string): void => {
  if (hasShown) void import('./toasts').then(({ notifications }) => notifications.hide(id));
};
