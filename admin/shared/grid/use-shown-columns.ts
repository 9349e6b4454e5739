import { useMemo, useSyncExternalStore } from 'react';
import { useMe } from '../session/context';
import type { Column } from './columns';

const CHANGED = 'wardbell:columns';

const subscribe = (listener: () => void): (() => void) => {
  addEventListener(CHANGED, listener);
  return () => removeEventListener(CHANGED, listener);
};

/** Ids of the columns of a list that a person has hidden. This browser keeps them, and nothing that is in the columns. */
export const useHiddenColumns = (grid: string): readonly [string, (ids: readonly string[]) => void] => {
  const key = `wardbell.hidden.${grid}.${useMe().id}`;
  const hidden = useSyncExternalStore(
    subscribe,
    () => localStorage.getItem(key) ?? '',
    () => '',
  );
  return [
    hidden,
    (ids) => {
      localStorage.setItem(key, ids.join(' '));
      dispatchEvent(new Event(CHANGED));
    },
  ];
};

/** The columns without those; the first is always shown. */
export const useShownColumns = <Row>(
  grid: string,
  columns: readonly Column<Row>[],
): readonly Column<Row>[] => {
  const [hidden] = useHiddenColumns(grid);
  return useMemo(
    () => columns.filter(({ id }, place) => place === 0 || !hidden.split(' ').includes(id)),
    [columns, hidden],
  );
};
