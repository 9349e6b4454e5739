import { useEffect, useRef, useState } from 'react';
import { offerInput, takeInput } from './kept-input';

/**
 * Keeps a text over a lock of the screen.
 * @param name from `input-names.ts`; undefined: it is not kept
 * @param read what is in the field now
 * @returns what was in it before the lock, for the field to begin with
 */
export const useKeptText = (name: string | undefined, read: () => string): string => {
  const [kept] = useState(() => (name === undefined ? undefined : takeInput(name)?.['text']));
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => {
    if (name === undefined) return;
    return offerInput(name, () => {
      const text = latest.current();
      return text.trim() === '' ? undefined : { text };
    });
  }, [name]);
  return typeof kept === 'string' ? kept : '';
};
