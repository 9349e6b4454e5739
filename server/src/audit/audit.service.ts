import { Injectable } from '@nestjs/common';
import type { AuditQuery, AuditRow } from '@wardbell/contract';
import type { z } from 'zod';
import { Prisma } from '../database/generated/client.js';
import { NIL_TENANT, type Tx } from '../database/tx.js';
import { boundOf } from '../http/date-or-time.js';
import { FIRST_ID, Pager } from '../http/page.js';
import { scopeOf } from '../http/scope.js';

interface Row {
  readonly id: string;
  readonly seq: bigint;
  readonly at: Date;
  readonly actor_id: string | null;
  readonly actor_role: string | null;
  readonly action: string;
  readonly object_type: string | null;
  readonly object_id: string | null;
  readonly patient_id: string | null;
  readonly address: string | null;
  readonly changed: string[];
}

const BEFORE_ALL = '9223372036854775807';
/** Rows that are checked in one statement, which may take 15 s at most. */
const PART = 10_000;

/** How far a chain has been checked. */
export interface Checked {
  readonly seq: string;
  readonly hash: Buffer;
  readonly firstBad: string | null;
  readonly isEnd: boolean;
}

export const CHAIN_START: Checked = { seq: '0', hash: Buffer.alloc(0), firstBad: null, isEnd: false };

/** Who changed what. A chain belongs to a tenant, or to the installation (super admins who name none). */
@Injectable()
export class AuditService {
  constructor(private readonly pager: Pager) {}

  /** Newest first. */
  async page(
    tx: Tx,
    query: z.output<typeof AuditQuery>,
  ): Promise<{ data: z.output<typeof AuditRow>[]; next: string | null }> {
    const tenantId = scopeOf(tx.principal, query.tenant_id);
    const scope = tenantId ?? NIL_TENANT;
    const list = `audit/${scope}`;
    const [before] = this.pager.start(list, query.after, [BEFORE_ALL, FIRST_ID]);
    const rows = await tx.db.$queryRaw<Row[]>`
      SELECT a.id::text, a.seq, a.at, a.actor_id, a.actor_role, a.action, a.object_type, a.object_id,
             a.patient_id::text, a.address, a.changed
      FROM wardbell.audit a
      WHERE a.scope = ${scope}::uuid AND a.seq < ${before}::bigint ${filtersOf(query, scope)}
      ORDER BY a.seq DESC LIMIT ${query.limit + 1}`;
    const cut = this.pager.cut(list, rows, query.limit, (row) => [String(row.seq), row.id]);
    return {
      data: cut.rows.map((row) => ({
        ...row,
        tenant_id: tenantId,
        seq: Number(row.seq),
        at: row.at.toISOString(),
      })),
      next: cut.next,
    };
  }

  /** Reckons a part of the chain again. Rows are never changed, so parts may come from several transactions. */
  async verifyPart(tx: Tx, named: string | undefined, { seq, hash }: Checked): Promise<Checked> {
    const scope = scopeOf(tx.principal, named) ?? NIL_TENANT;
    const [part] = await tx.db.$queryRaw<Checked[]>`
      SELECT v.checked::text AS seq, v.hash, v.first_bad::text AS "firstBad", v.is_end AS "isEnd"
      FROM wardbell.verify_audit(${scope}::uuid, ${seq}::bigint, ${hash}::bytea, ${PART}::integer) v`;
    if (!part) throw new Error('verify_audit answered no row');
    return part;
  }
}

function filtersOf(query: z.output<typeof AuditQuery>, scope: string): Prisma.Sql {
  const filters: Prisma.Sql[] = [];
  if (query.actor_id !== undefined) filters.push(Prisma.sql`AND a.actor_id = ${query.actor_id}`);
  if (query.patient_id !== undefined) filters.push(Prisma.sql`AND a.patient_id = ${query.patient_id}::uuid`);
  if (query.action !== undefined) filters.push(Prisma.sql`AND a.action = ${query.action}`);
  if (query.from !== undefined) filters.push(Prisma.sql`AND a.at >= ${instantOf(query.from, scope)}`);
  if (query.to !== undefined) filters.push(Prisma.sql`AND a.at < ${instantOf(query.to, scope)}`);
  return filters.length > 0 ? Prisma.join(filters, ' ') : Prisma.empty;
}

/** A date begins where the clinic is; for the installation, in UTC. */
function instantOf(value: string, scope: string): Prisma.Sql {
  const { instant, date } = boundOf(value);
  return instant !== null
    ? Prisma.sql`${instant}::timestamptz`
    : Prisma.sql`(${date}::date::timestamp AT TIME ZONE
        coalesce((SELECT t.time_zone FROM wardbell.tenant t WHERE t.id = ${scope}::uuid), 'UTC'))`;
}
