import { type GatewayStatus, HealthStatus } from '@wardbell/contract';
import { RelayPool } from '../../database/pools.js';
import { ALIVE_FOR_S } from '../../realtime/connections/instance.js';

const READ = {
  name: 'instance_statuses',
  text: `SELECT i.id::text, i.host, i.report->>'status' AS status,
                coalesce((i.report->>'draining')::boolean, false) AS is_draining,
                i.heartbeat_at > now() - make_interval(secs => $2)
                  OR NOT wardbell.may_judge($1, make_interval(secs => $2)) AS is_alive
         FROM wardbell.instance i WHERE i.id <> $1`,
};

interface Row {
  readonly id: string;
  readonly host: string;
  /** Null until the first report; another release may report something else. */
  readonly status: string | null;
  readonly is_draining: boolean;
  readonly is_alive: boolean;
}

export interface InstanceChange {
  readonly id: string;
  readonly host: string;
  readonly previous: GatewayStatus;
  readonly current: GatewayStatus;
}

export const STATUS: Readonly<Record<HealthStatus, GatewayStatus>> = {
  healthy: 'HEALTHY',
  degraded: 'DEGRADED',
  unhealthy: 'UNHEALTHY',
};

/** Watches the other instances through their rows in the database. */
export class InstanceStatuses {
  /** The last status of each instance; undefined before the first look. */
  #known: Map<string, { readonly host: string; readonly status: GatewayStatus }> | undefined;

  constructor(
    private readonly relay: RelayPool,
    private readonly ownId: string,
  ) {}

  /** The changes since the last look. None at the first one. */
  async look(): Promise<InstanceChange[]> {
    const rows = await this.relay.query<Row>(READ, [this.ownId, ALIVE_FOR_S]);
    const known = this.#known;
    const now = new Map<string, { host: string; status: GatewayStatus }>();
    for (const row of rows) {
      const status = statusOf(row);
      if (status !== undefined) now.set(row.id, { host: row.host, status });
    }
    this.#known = now;
    if (known === undefined) return [];
    const changes: InstanceChange[] = [];
    for (const [id, { host, status }] of now) {
      const previous = known.get(id)?.status ?? 'UNKNOWN';
      if (previous !== status) changes.push({ id, host, previous, current: status });
    }
    for (const [id, { host, status }] of known) {
      if (now.has(id) || status === 'UNKNOWN') continue;
      // An instance deletes its row when it ends, so it has drained before, maybe between two looks.
      if (status !== 'DEGRADED') changes.push({ id, host, previous: status, current: 'DEGRADED' });
      changes.push({ id, host, previous: 'DEGRADED', current: 'UNKNOWN' });
    }
    return changes;
  }
}

const statusOf = ({ status: reported, is_draining, is_alive }: Row): GatewayStatus | undefined => {
  if (!is_alive) return 'UNKNOWN';
  const status = HealthStatus.safeParse(reported).data;
  if (status === undefined) return undefined;
  return is_draining ? 'DEGRADED' : STATUS[status];
};
