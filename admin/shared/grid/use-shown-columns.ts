import type { ListName } from '@wardbell/contract/list-names';
import { useMemo } from 'react';
import { choose, useKept } from '../lists/kept';
import { useMe } from '../session/context';
import type { Column } from './columns';

/** Ids of the columns of a list that a person has hidden, on this screen at once and soon on the others. */
export const useHiddenColumns = (
  list: ListName,
): readonly [readonly string[], (ids: readonly string[]) => void] => {
  const { id } = useMe();
  const { hidden_columns } = useKept(list);
  return [hidden_columns, (ids) => choose(id, list, { hidden_columns: ids })];
};

/** The columns without those; the first is always shown. */
export const useShownColumns = <Row>(
  list: ListName,
  columns: readonly Column<Row>[],
): readonly Column<Row>[] => {
  const [hidden] = useHiddenColumns(list);
  return useMemo(
    () => columns.filter(({ id }, place) => place === 0 || !hidden.includes(id)),
    [columns, hidden],
  );
};
