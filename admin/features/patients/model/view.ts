import type { PatientOrder } from '@wardbell/contract';
import type { Sort } from '../../../shared/grid/columns';
import type { Filter } from '../../../shared/lists/kept';

/** What of the list of patients can be saved as a filter; what is searched for cannot. */
export interface View {
  readonly archived: boolean;
  readonly sort: Sort;
}

export const BY_NAME: Sort = { by: 'name', descending: false };
const ORDERS = ['name', 'birth_date', 'updated'] as const satisfies readonly PatientOrder[];

/** A saved filter. An order that this version does not know, which the server would refuse, counts as none. */
export const readView = ({ archived, sort, order }: Filter): View => {
  const by = ORDERS.find((known) => known === sort);
  return {
    archived: archived === 'true',
    sort: sort === undefined || by ? { by: by ?? BY_NAME.by, descending: order === 'desc' } : BY_NAME,
  };
};
