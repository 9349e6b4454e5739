import { Injectable } from '@nestjs/common';
import {
  ACCESS_ACTIONS,
  AUDIT_NEWS_ROWS,
  type AuditNews,
  type AuditNewsQuery,
  type AuditQuery,
  type AuditRow,
  type PageQuery,
  type PatientAccess,
} from '@wardbell/contract';
import type { z } from 'zod';
import { Pager } from '../../api/paging/page.js';
import { boundOf } from '../../api/parsing/date-or-time.js';
import { scopeOf } from '../../api/parsing/scope.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { NIL_UUID, UUID } from '../../platform/uuid.js';
import { toAuditRow } from './audit-row.js';

const BEFORE_ALL = '9223372036854775807';
/** Rows that one statement checks; it may take at most 15 s. */
const PART = 10_000;

/** The position up to which a chain has been checked. */
export interface Checked {
  readonly seq: string;
  readonly hash: Buffer;
  readonly firstBad: string | null;
  readonly isEnd: boolean;
  /** Rows of this part. */
  readonly rowCount: bigint;
}

/** Start of a check. The database continues from the anchor if the first months were dropped. */
export const CHAIN_START: Checked = {
  seq: '0',
  hash: Buffer.alloc(0),
  firstBad: null,
  isEnd: false,
  rowCount: 0n,
};

/**
 * The audit log. Each tenant has a chain, and the installation has one for actions of super admins without a tenant.
 */
@Injectable()
export class AuditService {
  constructor(private readonly pager: Pager) {}

  /** Newest first. */
  async page(
    tx: Tx,
    query: z.output<typeof AuditQuery>,
  ): Promise<{ data: z.output<typeof AuditRow>[]; next: string | null }> {
    const tenantId = scopeOf(tx.principal, query.tenant_id);
    const scope = tenantId ?? NIL_UUID;
    const list = `audit/${scope}`;
    const [before] = this.pager.start(list, query.after, [BEFORE_ALL, NIL_UUID]);
    const orm = await tx.orm();
    const rows = await orm.audit.findMany({
      omit: { scope: true, hash: true },
      where: { scope, seq: { lt: BigInt(before) }, ...(await filtersOf(tx, query, scope)) },
      orderBy: { seq: 'desc' },
      take: query.limit + 1,
    });
    const cut = this.pager.cut(list, rows, query.limit, (row) => [String(row.seq), row.id]);
    return {
      data: cut.rows.map((row) => toAuditRow(tenantId, row)),
      next: cut.next,
    };
  }

  /** How many rows came after one. Looks at a bounded number of rows, however long nobody asked. */
  async news(
    tx: Tx,
    { after, tenant_id, kind }: z.output<typeof AuditNewsQuery>,
  ): Promise<z.output<typeof AuditNews>> {
    const scope = scopeOf(tx.principal, tenant_id) ?? NIL_UUID;
    const orm = await tx.orm();
    const [oldest] = await orm.audit.findMany({
      select: { seq: true },
      where: { scope, seq: { gt: BigInt(after) } },
      orderBy: { seq: 'desc' },
      skip: AUDIT_NEWS_ROWS - 1,
      take: 1,
    });
    const count = await orm.audit.count({
      where: {
        scope,
        seq: oldest ? { gte: oldest.seq } : { gt: BigInt(after) },
        NOT: { action: 'audit.read', actor_id: tx.principal.userId },
        ...kindOf(kind),
      },
    });
    return { count };
  }

  /**
   * Reads and changes of one patient, and of those who were merged into it, newest first.
   * @throws Problem 404 for a patient that never was here
   */
  async accesses(
    tx: Tx,
    patientId: string,
    query: z.output<typeof PageQuery>,
  ): Promise<{ data: PatientAccess[]; next: string | null }> {
    const list = `accesses/${tx.tenantId}/${patientId}`;
    const [before] = this.pager.start(list, query.after, [BEFORE_ALL, NIL_UUID]);
    const orm = await tx.orm();
    const rows = await orm.audit.findMany({
      where: {
        scope: tx.tenantId ?? NIL_UUID,
        patient_id: { in: [patientId, ...(await mergedInto(tx, patientId))] },
        action: { not: 'audit.read' },
        seq: { lt: BigInt(before) },
      },
      orderBy: { seq: 'desc' },
      take: query.limit + 1,
    });
    const cut = this.pager.cut(list, rows, query.limit, (row) => [String(row.seq), row.id]);
    if (rows.length === 0 && query.after === undefined) await requirePatient(tx, patientId);
    const names = await namesOf(
      tx,
      cut.rows.flatMap(({ actor_id }) => actor_id ?? []),
    );
    return {
      data: cut.rows.map((row) => ({
        id: row.id,
        at: row.at.toISOString(),
        actor_id: row.actor_id,
        actor_name: names.get(row.actor_id ?? '') ?? null,
        actor_role: row.actor_role,
        action: row.action,
        object_type: row.object_type,
        object_id: row.object_id,
        address: row.address,
        changed: row.changed,
      })),
      next: cut.next,
    };
  }

  /** Recomputes the hashes of a part of a chain. Rows never change, so the parts may use different transactions. */
  async verifyPart(tx: Tx, named: string | undefined, { seq, hash }: Checked): Promise<Checked> {
    const scope = scopeOf(tx.principal, named) ?? NIL_UUID;
    const [part] = await tx.sql.query<Checked[]>`
      SELECT v.checked::text AS seq, v.hash, v.first_bad::text AS "firstBad", v.is_end AS "isEnd",
             v.row_count AS "rowCount"
      FROM wardbell.verify_audit(${scope}::uuid, ${seq}::bigint, ${hash}::bytea, ${PART}::integer) v`;
    if (!part) throw new Error('verify_audit answered no row');
    return part;
  }
}

async function mergedInto(tx: Tx, patientId: string): Promise<string[]> {
  const rows = await tx.sql.query<{ id: string }[]>`
    SELECT m.id::text FROM wardbell.merged_patient m
    WHERE m.tenant_id = wardbell.current_tenant() AND m.merged_into = ${patientId}::uuid`;
  return rows.map(({ id }) => id);
}

/** A patient without a row in the audit log: its rows are past their retention, or it was imported with SQL. */
async function requirePatient(tx: Tx, id: string): Promise<void> {
  const orm = await tx.orm();
  if ((await orm.patient.count({ where: { id } })) === 0) throw new Problem('not_found');
}

/** Names of those who are users of ours, also deleted ones. */
async function namesOf(tx: Tx, userIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const orm = await tx.orm();
  const users = await orm.userAccount.findMany({
    where: { id: { in: [...new Set(userIds.filter((id) => UUID.test(id)))] } },
    select: { id: true, name: true },
  });
  return new Map(users.map(({ id, name }) => [id, name]));
}

const kindOf = (kind: z.output<typeof AuditQuery>['kind']) => {
  if (kind === undefined) return {};
  return { action: kind === 'accesses' ? { in: [...ACCESS_ACTIONS] } : { notIn: [...ACCESS_ACTIONS] } };
};

async function filtersOf(tx: Tx, query: Omit<z.output<typeof AuditQuery>, 'limit' | 'after'>, scope: string) {
  const { actor_id, patient_id, action, kind, from, to } = query;
  return {
    ...(actor_id === undefined ? {} : { actor_id }),
    ...(patient_id === undefined ? {} : { patient_id }),
    AND: [...(action === undefined ? [] : [{ action }]), kindOf(kind)],
    at: {
      ...(from === undefined ? {} : { gte: await instantOf(tx, from, scope) }),
      ...(to === undefined ? {} : { lt: await instantOf(tx, to, scope) }),
    },
  };
}

/** The start of a date in the time zone of the clinic, or in UTC for the installation. */
export async function instantOf(tx: Tx, value: string, scope: string): Promise<Date> {
  const { instant, date } = boundOf(value);
  if (instant !== null) return new Date(instant);
  const [row] = await tx.sql.query<{ instant: Date }[]>`
    SELECT ${date}::date::timestamp AT TIME ZONE
      coalesce((SELECT t.time_zone FROM wardbell.tenant t WHERE t.id = ${scope}::uuid), 'UTC') AS instant`;
  if (!row) throw new Error('SELECT answered no row');
  return row.instant;
}
