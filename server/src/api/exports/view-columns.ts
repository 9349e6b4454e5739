import { seesRestricted, VISIBLE_FIELDS, type ViewedObject, viewOf } from '@wardbell/contract';
import type { Principal } from '../../database/principal.js';

/** Those columns that a role sees, also those of restricted patients: their initials stand in a column of their own. */
export const viewColumns = <Column extends string>(
  object: ViewedObject,
  columns: readonly Column[],
  { role }: Pick<Principal, 'role'>,
): readonly Column[] => {
  const views = seesRestricted(role) ? [viewOf(role)] : [viewOf(role), 'restricted' as const];
  const fields = new Set<string>(views.flatMap((view) => [...VISIBLE_FIELDS[object][view]]));
  return columns.filter((column) => fields.has(column));
};
