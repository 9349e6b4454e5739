import { Injectable } from '@nestjs/common';
import {
  type Limits,
  type LimitsChange,
  type LimitsOutcome,
  NO_LIMITS,
  type Tenant,
  type TenantCreate,
  type TenantUpdate,
} from '@wardbell/contract';
import { orderDisconnect } from '../auth/revocation.js';
import { Config } from '../config/config.js';
import { ALIVE_FOR_S } from '../connections/instance.js';
import { sqlState } from '../database/failure.js';
import type { Tx } from '../database/tx.js';
import { Problem } from '../errors/problem.js';
import { defined } from '../http/defined.js';
import { changedLimits } from './limits.js';
import { TENANT_COLUMNS, type TenantRow, toTenant } from './tenant-row.js';

const UNIQUE_VIOLATION = '23505';
const INVALID_PARAMETER = '22023';

/** Clinics. As the confined role these statements reach the own tenant only. */
@Injectable()
export class TenantsService {
  constructor(private readonly config: Config) {}

  async get(tx: Tx, id: string): Promise<Tenant> {
    const [row] = await tx.db.$queryRaw<TenantRow[]>`
      SELECT ${TENANT_COLUMNS} FROM wardbell.tenant t WHERE t.id = ${id}::uuid`;
    if (!row) throw new Problem('not_found');
    return toTenant(row);
  }

  async create(tx: Tx, body: TenantCreate): Promise<Tenant> {
    await requireKnownTimeZone(tx, body.time_zone);
    const ceilings: Limits = { ...NO_LIMITS, ...defined(body.ceilings ?? {}) };
    const limits = changedLimits(NO_LIMITS, body.limits ?? {}, ceilings);
    const [row] = await tx.db.$queryRaw<TenantRow[]>`
      INSERT INTO wardbell.tenant AS t
        (name, slug, status, time_zone, max_connections, max_connections_per_user, max_messages_per_minute,
         ceiling_connections, ceiling_connections_per_user, ceiling_messages_per_minute)
      VALUES (${body.name}, ${body.slug}, ${body.status}, ${body.time_zone}, ${limits.max_connections},
              ${limits.max_connections_per_user}, ${limits.max_messages_per_minute},
              ${ceilings.max_connections}, ${ceilings.max_connections_per_user},
              ${ceilings.max_messages_per_minute})
      ON CONFLICT (slug) DO NOTHING
      RETURNING ${TENANT_COLUMNS}`;
    if (!row) throw new Problem('slug_taken');
    audit(tx, 'tenant.create', row.id, Object.keys(body));
    return toTenant(row);
  }

  /** Answers whether sockets are to be closed, so that the caller rings once the transaction has committed. */
  async update(
    tx: Tx,
    id: string,
    body: TenantUpdate,
    ifMatch: readonly number[] | null,
  ): Promise<{ readonly tenant: Tenant; readonly suspended: boolean }> {
    const current = await this.#lock(tx, id, ifMatch);
    if (body.time_zone !== undefined) await requireKnownTimeZone(tx, body.time_zone);
    const { limits = {}, ceilings = {}, ...fields } = defined(body);
    const next: Tenant = { ...current, ...fields, ceilings: { ...current.ceilings, ...defined(ceilings) } };
    next.limits = changedLimits(current.limits, limits, next.ceilings);
    const changed = FIELDS.filter((field) => JSON.stringify(next[field]) !== JSON.stringify(current[field]));
    if (changed.length === 0) return { tenant: current, suspended: false };
    const tenant = await this.#store(tx, next);
    const suspended = changed.includes('status') && tenant.status === 'suspended';
    if (suspended) await orderDisconnect(tx, { tenantId: id }, 'tenantSuspended');
    audit(tx, 'tenant.update', id, changed);
    return { tenant, suspended };
  }

  /** What is absent stays as it is. As the confined role too: the ceilings hold for both. */
  async setLimits(tx: Tx, id: string, { enforce, ...asked }: LimitsChange): Promise<LimitsOutcome> {
    const current = await this.#lock(tx, id, null);
    const limits = changedLimits(current.limits, asked, current.ceilings);
    const changed = Object.keys(asked);
    await tx.db.$executeRaw`
      UPDATE wardbell.tenant t
      SET max_connections = ${limits.max_connections},
          max_connections_per_user = ${limits.max_connections_per_user},
          max_messages_per_minute = ${limits.max_messages_per_minute},
          version = t.version + 1, updated_at = clock_timestamp()
      WHERE t.id = ${id}::uuid`;
    audit(tx, 'tenant.limits', id, changed);
    return { ...limits, outcome: await this.#weigh(tx, id, enforce) };
  }

  /** What the limits that were just set mean to the sockets that are open; with `enforce` closes the newest. */
  async #weigh(tx: Tx, id: string, enforce: boolean): Promise<LimitsOutcome['outcome']> {
    const [row] = await tx.db.$queryRaw<{ open: number; above: number }[]>`
      SELECT open, above FROM wardbell.weigh_limits(${id}::uuid, make_interval(secs => ${ALIVE_FOR_S}),
                                                    ${this.config.maxConnectionsPerTenant}::int, ${enforce})`;
    const above = row?.above ?? 0;
    return {
      connections: row?.open ?? 0,
      above_limit: above,
      action: above === 0 ? 'none' : enforce ? 'close_newest' : 'refuse_new',
    };
  }

  /** With all that it has. Its audit chain stays. */
  async remove(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<void> {
    const tenant = await this.#lock(tx, id, ifMatch);
    if (tenant.status !== 'suspended' && (await hasRecords(tx, id))) throw new Problem('tenant_not_empty');
    await orderDisconnect(tx, { tenantId: id }, 'accessRevoked');
    await tx.db.$executeRaw`DELETE FROM wardbell.tenant t WHERE t.id = ${id}::uuid`;
    audit(tx, 'tenant.delete', id, []);
  }

  async #lock(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<Tenant> {
    const [row] = await tx.db.$queryRaw<TenantRow[]>`
      SELECT ${TENANT_COLUMNS} FROM wardbell.tenant t WHERE t.id = ${id}::uuid FOR NO KEY UPDATE`;
    if (!row) throw new Problem('not_found');
    if (ifMatch && !ifMatch.includes(row.version)) throw new Problem('version_mismatch');
    return toTenant(row);
  }

  async #store(tx: Tx, { id, name, slug, status, time_zone, limits, ceilings }: Tenant): Promise<Tenant> {
    try {
      const [row] = await tx.db.$queryRaw<TenantRow[]>`
        UPDATE wardbell.tenant t
        SET name = ${name}, slug = ${slug}, status = ${status}, time_zone = ${time_zone},
            max_connections = ${limits.max_connections},
            max_connections_per_user = ${limits.max_connections_per_user},
            max_messages_per_minute = ${limits.max_messages_per_minute},
            ceiling_connections = ${ceilings.max_connections},
            ceiling_connections_per_user = ${ceilings.max_connections_per_user},
            ceiling_messages_per_minute = ${ceilings.max_messages_per_minute},
            version = t.version + 1, updated_at = clock_timestamp()
        WHERE t.id = ${id}::uuid
        RETURNING ${TENANT_COLUMNS}`;
      if (!row) throw new Problem('not_found');
      return toTenant(row);
    } catch (error) {
      if (sqlState(error) === UNIQUE_VIOLATION) throw new Problem('slug_taken', { cause: error });
      throw error;
    }
  }
}

const FIELDS = ['name', 'slug', 'status', 'time_zone', 'limits', 'ceilings'] as const;

/** A super admin's change stands in both chains: the clinic's people may see what was done to it. */
function audit(tx: Tx, action: string, id: string, changed: readonly string[]): void {
  const entry = { action, objectType: 'tenant', objectId: id, changed };
  tx.audit(entry, id);
  if (tx.tenantId === null) tx.audit(entry, null);
}

async function hasRecords(tx: Tx, id: string): Promise<boolean> {
  const [row] = await tx.db.$queryRaw<{ has: boolean }[]>`
    SELECT wardbell.tenant_has_records(${id}::uuid) AS has`;
  return row?.has ?? false;
}

/** Days of the clinic are reckoned by PostgreSQL, whose list of zones is not quite that of Node. */
async function requireKnownTimeZone(tx: Tx, timeZone: string): Promise<void> {
  try {
    await tx.db.$executeRaw`SELECT now() AT TIME ZONE ${timeZone}`;
  } catch (error) {
    if (sqlState(error) !== INVALID_PARAMETER) throw error;
    throw new Problem('validation_failed', {
      errors: [{ path: 'time_zone', message: 'is not known to the database' }],
      cause: error,
    });
  }
}
