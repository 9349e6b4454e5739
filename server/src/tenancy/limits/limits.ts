import { Limits } from '@wardbell/contract';
import { defined } from '../../api/parsing/defined.js';
import { Problem } from '../../platform/errors/problem.js';

/** Limits as a request names them; what is absent is not asked for. */
export type AskedLimits = { readonly [Field in keyof Limits]?: Limits[Field] | undefined };

const FIELDS = Limits.keyof().options;

const isOver = (limit: number | null | undefined, ceiling: number | null): boolean =>
  typeof limit === 'number' && ceiling !== null && limit > ceiling;

/**
 * Limits after a change. A limit that is asked for and above its ceiling is refused; one that stood before
 * and is above a ceiling that was lowered goes down with it.
 * @throws Problem `limit_above_ceiling`, naming the fields
 */
export function changedLimits(current: Limits, asked: AskedLimits, ceilings: Limits): Limits {
  const over = FIELDS.filter((field) => isOver(asked[field], ceilings[field]));
  if (over.length > 0) {
    throw new Problem('limit_above_ceiling', {
      errors: over.map((path) => ({ path, message: `must be at most ${ceilings[path]}` })),
    });
  }
  const next: Limits = { ...current, ...defined(asked) };
  for (const field of FIELDS) if (isOver(next[field], ceilings[field])) next[field] = ceilings[field];
  return next;
}
