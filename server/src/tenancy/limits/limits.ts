import { Limits } from '@wardbell/contract';
import { defined } from '../../api/parsing/defined.js';
import { Problem } from '../../platform/errors/problem.js';

/** The limits in a request. Absent ones are not changed. */
export type RequestedLimits = { readonly [Field in keyof Limits]?: Limits[Field] | undefined };

const FIELDS = Limits.keyof().options;

const isOver = (limit: number | null | undefined, ceiling: number | null): boolean =>
  typeof limit === 'number' && ceiling !== null && limit > ceiling;

/**
 * Returns the limits after a change. A requested limit above its ceiling is refused; an existing limit above a lowered
 * ceiling is lowered with it.
 * @throws Problem `limit_above_ceiling` with the fields
 */
export function changedLimits(current: Limits, requested: RequestedLimits, ceilings: Limits): Limits {
  const over = FIELDS.filter((field) => isOver(requested[field], ceilings[field]));
  if (over.length > 0) {
    throw new Problem('limit_above_ceiling', {
      errors: over.map((path) => ({ path, message: `must be at most ${ceilings[path]}` })),
    });
  }
  const next: Limits = { ...current, ...defined(requested) };
  for (const field of FIELDS) if (isOver(next[field], ceilings[field])) next[field] = ceilings[field];
  return next;
}
