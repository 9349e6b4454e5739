import { useSyncExternalStore } from 'react';

/**
 * Until when this person has taken notices on: the inbox does not say it. Ids and times, in this tab alone; after a
 * reload they are still there.
 */
const KEY = 'wardbell.held_notices';

const listeners = new Set<() => void>();
const EMPTY: Readonly<Record<string, number>> = {};
let cached: { readonly stored: string | null; readonly held: Readonly<Record<string, number>> } = {
  stored: null,
  held: EMPTY,
};

const parse = (stored: string | null): Readonly<Record<string, number>> => {
  if (stored === null) return EMPTY;
  try {
    const value: unknown = JSON.parse(stored);
    if (typeof value !== 'object' || value === null) return EMPTY;
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    );
  } catch {
    return EMPTY;
  }
};

const read = (): Readonly<Record<string, number>> => {
  const stored = sessionStorage.getItem(KEY);
  if (stored !== cached.stored) cached = { stored, held: parse(stored) };
  return cached.held;
};

/** Epoch milliseconds by the notice's id. */
export const useHeld = (): Readonly<Record<string, number>> =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    read,
    () => EMPTY,
  );

/** @param untilMs null: it is no longer held */
export const setHeld = (id: string, untilMs: number | null): void => {
  const { [id]: _, ...others } = read();
  sessionStorage.setItem(KEY, JSON.stringify(untilMs === null ? others : { ...others, [id]: untilMs }));
  for (const listener of listeners) listener();
};
