import { usePathname, useSearchParams } from 'next/navigation';

/** What is open and narrowed down, as it stands in the address: nothing there may say who a patient is. */
export interface Address {
  readonly isEmpty: boolean;
  readonly get: (name: string) => string | null;
  /** Null takes a parameter away. `push` makes a step that the browser's back button undoes. */
  readonly set: (changes: Readonly<Record<string, string | null>>, how?: 'push' | 'replace') => void;
}

/** Reads and writes the query of the address, past the router, which would ask the server for the page again. */
export const useAddress = (): Address => {
  const params = useSearchParams();
  const path = usePathname();
  return {
    isEmpty: params.size === 0,
    get: (name) => params.get(name),
    set: (changes, how = 'replace') => {
      const next = new URLSearchParams(params);
      for (const [name, value] of Object.entries(changes)) {
        if (value === null) next.delete(name);
        else next.set(name, value);
      }
      if (next.toString() === params.toString()) return;
      const url = next.size === 0 ? path : `${path}?${next}`;
      if (how === 'push') window.history.pushState(null, '', url);
      else window.history.replaceState(null, '', url);
    },
  };
};
