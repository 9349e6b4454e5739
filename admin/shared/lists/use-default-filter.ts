import type { ListName } from '@wardbell/contract/list-names';
import { useLayoutEffect, useRef } from 'react';
import { type Filter, useKept } from './kept';

/**
 * Applies the person's default filter once, unless the list was opened narrowed down or has been narrowed down since. On a new
 * browser it comes with the first answer of the server. One that is set later, here or on another screen, is for the next time:
 * it would narrow a list down that is being read.
 */
export const useDefaultFilter = (
  list: ListName,
  isNarrowed: boolean,
  apply: (filter: Filter) => void,
): void => {
  const { defaultFilter, isKnown } = useKept(list);
  const isDone = useRef(false);
  useLayoutEffect(() => {
    if (isDone.current) return;
    isDone.current = isNarrowed || isKnown || defaultFilter !== null;
    if (!isNarrowed && defaultFilter !== null) apply(defaultFilter);
  });
};
