import { Injectable } from '@nestjs/common';
import {
  type EscalationPolicy,
  MAX_POLICIES,
  type PageQuery,
  type PolicyCreate,
  type PolicyPreview,
  type PolicyPreviewed,
  type PolicyUpdate,
} from '@wardbell/contract';
import { raw } from 'sql-template-tag';
import type { z } from 'zod';
import { Pager } from '../api/paging/page.js';
import { defined } from '../api/parsing/defined.js';
import { auditedChange } from '../database/audited-change.js';
import type { AuditDetails } from '../database/log-event.js';
import type { Tx } from '../database/tx.js';
import { Problem } from '../platform/errors/problem.js';
import { NIL_UUID } from '../platform/uuid.js';
import { ALIVE_FOR_S } from '../realtime/connections/instance.js';
import { chooseRecipients, planSteps } from './escalation-plan.js';

const COLUMNS = raw(
  'p.id::text, p.name, p.within_s, p.steps, p.mode, p.fallback, p.version, p.created_at, p.updated_at',
);

type Row = Omit<EscalationPolicy, 'created_at' | 'updated_at'> & {
  readonly created_at: Date;
  readonly updated_at: Date;
};

/** Escalation policies of one tenant. A notice keeps the policy as it was when the notice was sent. */
@Injectable()
export class PoliciesService {
  constructor(private readonly pager: Pager) {}

  /** By name. */
  async page(
    tx: Tx,
    { after, limit }: z.output<typeof PageQuery>,
  ): Promise<{ data: EscalationPolicy[]; next: string | null }> {
    const list = `escalation-policies/${tx.tenantId}`;
    const [name, id] = this.pager.start(list, after, ['', NIL_UUID]);
    const rows = await tx.sql.query<(Row & { sort_key: string })[]>`
      SELECT ${COLUMNS}, lower(p.name) AS sort_key FROM wardbell.escalation_policy p
      WHERE p.tenant_id = wardbell.current_tenant() AND (lower(p.name), p.id) > (${name}, ${id}::uuid)
      ORDER BY lower(p.name), p.id LIMIT ${limit + 1}`;
    const cut = this.pager.cut(list, rows, limit, (row) => [row.sort_key, row.id]);
    return { data: cut.rows.map(toPolicy), next: cut.next };
  }

  async get(tx: Tx, id: string): Promise<EscalationPolicy> {
    const [row] = await tx.sql.query<Row[]>`
      SELECT ${COLUMNS} FROM wardbell.escalation_policy p
      WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ${id}::uuid`;
    if (!row) throw new Problem('not_found');
    return toPolicy(row);
  }

  /** @throws Problem `too_many_objects` */
  async create(tx: Tx, body: PolicyCreate): Promise<EscalationPolicy> {
    const [row] = await tx.sql.query<(Row & { others: number })[]>`
      INSERT INTO wardbell.escalation_policy AS p (tenant_id, name, within_s, steps, mode, fallback)
      VALUES (wardbell.current_tenant(), ${body.name}, ${body.within_s}::integer,
              ${JSON.stringify(body.steps)}::jsonb, ${body.mode}, ${toJson(body.fallback)}::jsonb)
      RETURNING ${COLUMNS}, (SELECT count(*)::int FROM wardbell.escalation_policy o
                             WHERE o.tenant_id = wardbell.current_tenant()) AS others`;
    if (!row) throw new Error('INSERT returned no row');
    if (row.others >= MAX_POLICIES) throw new Problem('too_many_objects');
    audit(tx, 'escalation_policy.create', row.id, Object.keys(body));
    return toPolicy(row);
  }

  /** An update to the current values writes nothing. @throws Problem `not_found`, `version_mismatch` */
  async update(
    tx: Tx,
    id: string,
    body: PolicyUpdate,
    ifMatch: readonly number[] | null,
  ): Promise<EscalationPolicy> {
    const current = await this.#lock(tx, id, ifMatch);
    const next = { ...current, ...defined(body) };
    const changed = Object.keys(defined(body)).filter(
      (field) => JSON.stringify(Reflect.get(next, field)) !== JSON.stringify(Reflect.get(current, field)),
    );
    if (changed.length === 0) return current;
    const [row] = await tx.sql.query<Row[]>`
      UPDATE wardbell.escalation_policy p
      SET name = ${next.name}, within_s = ${next.within_s}::integer, steps = ${JSON.stringify(next.steps)}::jsonb,
          mode = ${next.mode}, fallback = ${toJson(next.fallback)}::jsonb, version = p.version + 1,
          updated_at = clock_timestamp()
      WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ${id}::uuid RETURNING ${COLUMNS}`;
    if (!row) throw new Problem('not_found');
    const written = toPolicy(row);
    audit(tx, 'escalation_policy.update', id, changed, auditedChange(told(current), told(written), SETTINGS));
    return written;
  }

  async remove(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<void> {
    await this.#lock(tx, id, ifMatch);
    await tx.sql.execute`
      DELETE FROM wardbell.escalation_policy p
      WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ${id}::uuid`;
    audit(tx, 'escalation_policy.delete', id, []);
  }

  /** The people of each step as they are now. As the relay role: tenants cannot read which instances are alive. */
  async preview(tx: Tx, { audience, ...escalation }: PolicyPreview): Promise<PolicyPreviewed> {
    const { tenantId } = tx.principal;
    const steps: PolicyPreviewed['steps'] = [];
    const planned = [{ to: audience ?? null, withinS: escalation.within_s }, ...planSteps(escalation)];
    for (const [step, { to, withinS }] of planned.entries()) {
      const named = await tx.sql.query<{ user_id: string; name: string | null; online: boolean }[]>`
        SELECT p.user_id, p.name, p.online
        FROM wardbell.notice_people(${tenantId}::uuid, ${to === null ? null : JSON.stringify(to)}::jsonb,
                                    make_interval(secs => ${ALIVE_FOR_S})) p
        ORDER BY p.name, p.user_id`;
      const isStep = step > 0 && to !== null;
      const chosen = new Set(isStep ? chooseRecipients(to, named) : named.map(({ user_id }) => user_id));
      steps.push({
        step,
        within_s: withinS,
        people: named.filter(({ user_id }) => chosen.has(user_id)),
      });
    }
    return { steps };
  }

  async #lock(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<EscalationPolicy> {
    await tx.sql.execute`
      SELECT FROM wardbell.escalation_policy p
      WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ${id}::uuid FOR UPDATE`;
    const current = await this.get(tx, id);
    if (ifMatch && !ifMatch.includes(current.version)) throw new Problem('version_mismatch');
    return current;
  }
}

const toJson = (value: object | null | undefined): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value);

const toPolicy = ({ created_at, updated_at, ...row }: Row): EscalationPolicy => ({
  id: row.id,
  name: row.name,
  within_s: row.within_s,
  steps: row.steps,
  mode: row.mode,
  fallback: row.fallback,
  version: row.version,
  created_at: created_at.toISOString(),
  updated_at: updated_at.toISOString(),
});

const SETTINGS = ['name', 'within_s', 'mode', 'steps'];

/** Steps name people: the log has how many there are. */
const told = (policy: EscalationPolicy) => ({ ...policy, steps: policy.steps.length });

const audit = (
  tx: Tx,
  action: string,
  id: string,
  changed: readonly string[],
  details?: AuditDetails,
): void =>
  tx.audit({
    action,
    objectType: 'escalation_policy',
    objectId: id,
    changed,
    ...(details && { details }),
  });
