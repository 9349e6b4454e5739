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
import { requireFresh } from '../../api/endpoint/freshness.js';
import { defined } from '../../api/parsing/defined.js';
import { auditedChange } from '../../database/audited-change.js';
import type { AuditDetails } from '../../database/log-event.js';
import type { Tx } from '../../database/tx.js';
import { Config } from '../../platform/config/config.js';
import { Problem } from '../../platform/errors/problem.js';
import { SQLSTATE, sqlState } from '../../platform/errors/sqlstate.js';
import { ALIVE_FOR_S } from '../../realtime/connections/instance.js';
import {
  changedLimits,
  type DefaultLimits,
  defaultLimits,
  type RequestedLimits,
  raisesAboveDefault,
} from '../limits/limits.js';
import { toColumns, toGrantedColumns, toTenant } from './tenant-row.js';

/** Clinics. Under the confined role these statements see only its own tenant. */
@Injectable()
export class TenantsService {
  readonly #defaults: DefaultLimits;

  constructor(private readonly config: Config) {
    this.#defaults = defaultLimits(config);
  }

  async get(tx: Tx, id: string): Promise<Tenant> {
    const orm = await tx.orm();
    const row = await orm.tenant.findUnique({ where: { id } });
    if (!row) throw new Problem('not_found');
    return toTenant(row, this.#defaults);
  }

  async create(tx: Tx, body: TenantCreate): Promise<Tenant> {
    await requireKnownTimeZone(tx, body.time_zone);
    const ceilings: Limits = { ...NO_LIMITS, ...defined(body.ceilings ?? {}) };
    const limits = changedLimits(NO_LIMITS, body.limits ?? {}, ceilings);
    if (raisesAboveDefault(NO_LIMITS, limits, this.#defaults)) await requireFresh(tx);
    const orm = await tx.orm();
    const [row] = await orm.tenant.createManyAndReturn({
      data: {
        name: body.name,
        slug: body.slug,
        status: body.status,
        time_zone: body.time_zone,
        ...toColumns(limits, ceilings),
        ...toGrantedColumns(body.limits ?? {}),
      },
      skipDuplicates: true, // a taken slug inserts no row
    });
    if (!row) throw new Problem('slug_taken');
    audit(tx, 'tenant.create', row.id, Object.keys(body));
    return toTenant(row, this.#defaults);
  }

  /** Changes a clinic; its sockets close when it is suspended. */
  async update(tx: Tx, id: string, body: TenantUpdate, ifMatch: readonly number[] | null): Promise<Tenant> {
    const { current, lockedAt } = await this.#lock(tx, id, ifMatch);
    if (body.time_zone !== undefined) await requireKnownTimeZone(tx, body.time_zone);
    const { limits = {}, ceilings = {}, ...fields } = defined(body);
    const next: Tenant = { ...current, ...fields, ceilings: { ...current.ceilings, ...defined(ceilings) } };
    next.limits = changedLimits(current.limits, limits, next.ceilings);
    if (raisesAboveDefault(current.limits, next.limits, this.#defaults)) await requireFresh(tx);
    const changed = FIELDS.filter((field) => JSON.stringify(next[field]) !== JSON.stringify(current[field]));
    if (changed.length === 0) return current;
    const tenant = await this.#store(tx, next, limits, lockedAt);
    if (changed.includes('status') && tenant.status === 'suspended')
      tx.disconnect({ tenantId: id }, 'tenantSuspended');
    audit(tx, 'tenant.update', id, changed, auditedChange({ ...current }, { ...tenant }, FIELDS));
    return tenant;
  }

  /** Absent limits are not changed. The ceilings apply to both roles, `bounds` to tenant admins. */
  async setLimits(tx: Tx, id: string, { enforce, ...requested }: LimitsChange): Promise<LimitsOutcome> {
    const { current, lockedAt } = await this.#lock(tx, id, null);
    const isSuperAdmin = tx.principal.role === 'super_admin';
    const { ceilings, bounds } = current;
    const limits = changedLimits(current.limits, requested, ceilings, isSuperAdmin ? ceilings : bounds);
    if (raisesAboveDefault(current.limits, limits, this.#defaults)) await requireFresh(tx);
    const changed = Object.keys(requested);
    const orm = await tx.orm();
    await orm.tenant.update({
      where: { id },
      data: {
        ...limits,
        ...(isSuperAdmin ? toGrantedColumns(requested) : {}),
        version: { increment: 1 },
        updated_at: lockedAt,
      },
    });
    audit(tx, 'tenant.limits', id, changed, auditedChange({ ...current.limits }, { ...limits }, changed));
    return { ...limits, outcome: await this.#preview(tx, id, enforce) };
  }

  /** Previews the effect of the new limits on open sockets; with `enforce` it closes the newest sockets over them. */
  async #preview(tx: Tx, id: string, enforce: boolean): Promise<LimitsOutcome['outcome']> {
    const [row] = await tx.sql.query<{ open: number; above: number }[]>`
      SELECT open, above FROM wardbell.weigh_limits(${id}::uuid, make_interval(secs => ${ALIVE_FOR_S}),
                                                    ${this.config.maxConnectionsPerTenant}::int,
                                                    ${this.config.maxConnectionsPerUser}::int, ${enforce})`;
    const above = row?.above ?? 0;
    if (above > 0 && enforce) tx.markDisconnects();
    return {
      connections: row?.open ?? 0,
      above_limit: above,
      action: above === 0 ? 'none' : enforce ? 'close_newest' : 'refuse_new',
    };
  }

  /** Deletes a tenant with all its data except its audit chain. */
  async remove(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<void> {
    const { current } = await this.#lock(tx, id, ifMatch);
    if (current.status !== 'suspended' && (await hasRecords(tx, id))) throw new Problem('tenant_not_empty');
    const orm = await tx.orm();
    await orm.tenant.delete({ where: { id } });
    tx.disconnect({ tenantId: id }, 'accessRevoked');
    audit(tx, 'tenant.delete', id, []);
  }

  /** Locks the row until the transaction ends. `lockedAt` is the time of the database. */
  async #lock(
    tx: Tx,
    id: string,
    ifMatch: readonly number[] | null,
  ): Promise<{ readonly current: Tenant; readonly lockedAt: Date }> {
    const [locked] = await tx.sql.query<{ at: Date }[]>`
      SELECT clock_timestamp() AS at FROM wardbell.tenant t WHERE t.id = ${id}::uuid FOR NO KEY UPDATE`;
    if (!locked) throw new Problem('not_found');
    const current = await this.get(tx, id);
    if (ifMatch && !ifMatch.includes(current.version)) throw new Problem('version_mismatch');
    return { current, lockedAt: locked.at };
  }

  /** @param granted the limits of the request, which a super admin has made */
  async #store(tx: Tx, tenant: Tenant, granted: RequestedLimits, updatedAt: Date): Promise<Tenant> {
    const { id, name, slug, status, time_zone, limits, ceilings } = tenant;
    const orm = await tx.orm();
    try {
      const row = await orm.tenant.update({
        where: { id },
        data: {
          name,
          slug,
          status,
          time_zone,
          ...toColumns(limits, ceilings),
          ...toGrantedColumns(granted),
          version: { increment: 1 },
          updated_at: updatedAt,
        },
      });
      return toTenant(row, this.#defaults);
    } catch (error) {
      if (sqlState(error) === SQLSTATE.uniqueViolation) throw new Problem('slug_taken', { cause: error });
      throw error;
    }
  }
}

const FIELDS = ['name', 'slug', 'status', 'time_zone', 'limits', 'ceilings'] as const;

/** Records a super admin's change in both audit chains, so that the clinic can see it too. */
function audit(tx: Tx, action: string, id: string, changed: readonly string[], details?: AuditDetails): void {
  const entry = { action, objectType: 'tenant', objectId: id, changed, ...(details && { details }) };
  tx.audit(entry, id);
  if (tx.tenantId === null) tx.audit(entry, null);
}

async function hasRecords(tx: Tx, id: string): Promise<boolean> {
  const [row] = await tx.sql.query<{ has: boolean }[]>`
    SELECT wardbell.tenant_has_records(${id}::uuid) AS has`;
  return row?.has ?? false;
}

/** Checks the zone in PostgreSQL, which computes the days of a clinic and whose list of zones differs from Node's. */
async function requireKnownTimeZone(tx: Tx, timeZone: string): Promise<void> {
  try {
    await tx.sql.execute`SELECT now() AT TIME ZONE ${timeZone}`;
  } catch (error) {
    if (sqlState(error) !== SQLSTATE.invalidParameterValue) throw error;
    throw new Problem('validation_failed', {
      errors: [{ path: 'time_zone', message: 'is not known to the database' }],
      cause: error,
    });
  }
}
