import type { Filter } from '../../../shared/lists/kept';
import { BY_NAME, type View } from './view';

/** A view as it is saved. Defaults are left out. */
export const viewFilter = ({ archived, sort }: View): Filter => ({
  ...(archived ? { archived: 'true' } : {}),
  ...(sort.by === BY_NAME.by ? {} : { sort: sort.by }),
  ...(sort.descending ? { order: 'desc' } : {}),
});
