import type { ListName } from '@wardbell/contract/list-names';
import { useMemo } from 'react';
import { useKept } from '../lists/kept';
import type { Column } from './columns';

/** The columns without those that a person has hidden; the first is always shown. */
export const useShownColumns = <Row>(
  list: ListName,
  columns: readonly Column<Row>[],
): readonly Column<Row>[] => {
  const { hidden_columns: hidden } = useKept(list);
  return useMemo(
    () => columns.filter(({ id }, place) => place === 0 || !hidden.includes(id)),
    [columns, hidden],
  );
};
