import { useSyncExternalStore } from 'react';

/**
 * Up to which number a person has seen the notifications, over all tabs and visits of this browser. A number
 * and an account's id are all that is stored.
 */
const keyOf = (owner: string): string => `wardbell.notifications_seen.${owner}`;

const listeners = new Set<() => void>();
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
};

/** Null: this person has never looked in this browser. */
export const useSeen = (owner: string): number | null =>
  useSyncExternalStore(
    subscribe,
    () => {
      const stored = localStorage.getItem(keyOf(owner));
      return stored === null ? null : Number(stored);
    },
    () => null,
  );

export const markSeen = (owner: string, seq: number): void => {
  if (localStorage.getItem(keyOf(owner)) === String(seq)) return;
  localStorage.setItem(keyOf(owner), String(seq));
  for (const listener of listeners) listener();
};
