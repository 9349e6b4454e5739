import { useSyncExternalStore } from 'react';

/**
 * What is being searched for. It is a patient's name, so it stands neither in the address nor in any storage
 * of the browser: it lives as long as the page and is forgotten when somebody else signs in.
 */
let term: { readonly owner: string; readonly text: string } = { owner: '', text: '' };
const listeners = new Set<() => void>();

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The search text of one person, kept while they visit other rooms. */
export const usePatientSearch = (owner: string): readonly [string, (text: string) => void] => {
  const text = useSyncExternalStore(
    subscribe,
    () => (term.owner === owner ? term.text : ''),
    () => '',
  );
  const set = (next: string) => {
    term = { owner, text: next };
    for (const listener of listeners) listener();
  };
  return [text, set];
};
