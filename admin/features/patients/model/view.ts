import type { Sort } from '../../../shared/grid/columns';
import type { Filter } from '../../../shared/lists/kept';

/** What of the list of patients can be saved as a filter; what is searched for cannot. */
export interface View {
  readonly archived: boolean;
  readonly sort: Sort;
}

export const BY_NAME: Sort = { by: 'name', descending: false };

export const readView = ({ archived, sort = BY_NAME.by, order }: Filter): View => ({
  archived: archived === 'true',
  sort: { by: sort, descending: order === 'desc' },
});
