import type { Limits, TenantUsage } from '@wardbell/contract';
import type { Connection } from '../../connections/use-connections';

type Socket = Pick<Connection, 'id' | 'user_id' | 'connected_at'>;

/** What holds in the end: the limit, the default without one, and never more than the ceiling. */
export interface Effective {
  readonly tenantMax: number;
  readonly userMax: number;
}

const upTo = (limit: number, ceiling: number | null): number =>
  ceiling === null ? limit : Math.min(limit, ceiling);

export const effectiveOf = (
  limits: Limits,
  ceilings: Limits,
  usage: Pick<TenantUsage, 'default_max_connections' | 'default_max_connections_per_user'>,
): Effective => ({
  tenantMax: upTo(limits.max_connections ?? usage.default_max_connections, ceilings.max_connections),
  userMax: upTo(
    limits.max_connections_per_user ?? usage.default_max_connections_per_user,
    ceilings.max_connections_per_user,
  ),
});

/** Of the sockets that are open now, those that limits would put above them, the newest first to go. */
export interface Forecast {
  readonly open: number;
  readonly above: number;
  /** The most that one person has open. */
  readonly mostOfOne: number;
}

const byAge = (a: Socket, b: Socket): number =>
  a.connected_at < b.connected_at ? -1 : a.connected_at > b.connected_at ? 1 : a.id < b.id ? -1 : 1;

/** Weighs sockets as the server does when limits are set: first each person's, then the tenant's. */
export const forecast = (sockets: readonly Socket[], { tenantMax, userMax }: Effective): Forecast => {
  const ofUser = new Map<string, number>();
  let within = 0;
  let mostOfOne = 0;
  for (const { user_id } of [...sockets].sort(byAge)) {
    const rank = (ofUser.get(user_id) ?? 0) + 1;
    ofUser.set(user_id, rank);
    mostOfOne = Math.max(mostOfOne, rank);
    if (rank <= userMax) within++;
  }
  const kept = Math.min(within, tenantMax);
  return { open: sockets.length, above: sockets.length - kept, mostOfOne };
};
