import type { ListName } from '@wardbell/contract/list-names';
import { useLayoutEffect, useRef } from 'react';
import { type Filter, useKept } from './kept';

/**
 * Applies the person's default filter once, unless the list was opened narrowed down or has been narrowed down since: on a
 * browser that does not know it yet it comes with the answer of the server.
 */
export const useUsualFilter = (
  list: ListName,
  isNarrowed: boolean,
  apply: (filter: Filter) => void,
): void => {
  const { usual } = useKept(list);
  const isDone = useRef(false);
  useLayoutEffect(() => {
    if (isNarrowed) isDone.current = true;
    if (isDone.current || usual === null) return;
    isDone.current = true;
    apply(usual);
  });
};
