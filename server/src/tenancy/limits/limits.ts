import { DEFAULT_MESSAGES_PER_MINUTE, Limits } from '@wardbell/contract';
import { defined } from '../../api/parsing/defined.js';
import type { Config } from '../../platform/config/config.js';
import { Problem } from '../../platform/errors/problem.js';

/** The limits in a request. Absent ones are not changed. */
export type RequestedLimits = { readonly [Field in keyof Limits]?: Limits[Field] | undefined };

/** The limits of this installation for tenants without their own. */
export type DefaultLimits = { readonly [Field in keyof Limits]: number };

const FIELDS = Limits.keyof().options;

const isOver = (limit: number | null | undefined, bound: number | null): boolean =>
  typeof limit === 'number' && bound !== null && limit > bound;

export const defaultLimits = (
  config: Pick<Config, 'maxConnectionsPerTenant' | 'maxConnectionsPerUser'>,
): DefaultLimits => ({
  max_connections: config.maxConnectionsPerTenant,
  max_connections_per_user: config.maxConnectionsPerUser,
  max_messages_per_minute: DEFAULT_MESSAGES_PER_MINUTE,
});

/**
 * How far a tenant admin may set each limit: up to its ceiling; without one, up to what a super admin has set last, or to
 * the default where that is more.
 * @param granted the limits that a super admin has set last
 */
export function boundsOf(ceilings: Limits, granted: Limits, defaults: DefaultLimits): DefaultLimits {
  const bound = (field: keyof Limits): number =>
    ceilings[field] ?? Math.max(defaults[field], granted[field] ?? 0);
  return {
    max_connections: bound('max_connections'),
    max_connections_per_user: bound('max_connections_per_user'),
    max_messages_per_minute: bound('max_messages_per_minute'),
  };
}

/** Whether a change raises a limit above the default of the installation. */
export const raisesAboveDefault = (
  current: Limits,
  requested: RequestedLimits,
  defaults: DefaultLimits,
): boolean =>
  FIELDS.some((field) => requested[field] !== current[field] && isOver(requested[field], defaults[field]));

/**
 * Returns the limits after a change. A requested limit above its bound is refused, unless it is the present one; an
 * existing limit above a lowered ceiling is lowered with it.
 * @param bounds for a super admin the ceilings alone
 * @throws Problem `limit_above_ceiling` with the fields
 */
export function changedLimits(
  current: Limits,
  requested: RequestedLimits,
  ceilings: Limits,
  bounds: Limits = ceilings,
): Limits {
  const over = FIELDS.filter(
    (field) => requested[field] !== current[field] && isOver(requested[field], bounds[field]),
  );
  if (over.length > 0) {
    throw new Problem('limit_above_ceiling', {
      errors: over.map((path) => ({ path, message: `must be at most ${bounds[path]}` })),
    });
  }
  const next: Limits = { ...current, ...defined(requested) };
  for (const field of FIELDS) if (isOver(next[field], ceilings[field])) next[field] = ceilings[field];
  return next;
}
