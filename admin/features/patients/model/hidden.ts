import { useSyncExternalStore } from 'react';

let hidden: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();
const NONE: ReadonlySet<string> = new Set();

const setHidden = (next: ReadonlySet<string>): void => {
  hidden = next;
  for (const listener of listeners) listener();
};

export const hidePatient = (id: string): void => setHidden(new Set([...hidden, id]));
export const showPatient = (id: string): void =>
  setHidden(new Set([...hidden].filter((other) => other !== id)));

/** Patients who are gone from this screen and about to be deleted. */
export const useHiddenPatients = (): ReadonlySet<string> =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => hidden,
    () => NONE,
  );
