import { Injectable } from '@nestjs/common';
import { type EventQuery, viewOf } from '@wardbell/contract';
import sql, { empty } from 'sql-template-tag';
import type { z } from 'zod';
import { eventText } from '../../database/log-event.js';
import { SYSTEM } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';

type Query = z.output<typeof EventQuery>;

interface Row {
  readonly seq: bigint;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly created_at: Date;
  readonly actor_id: string | null;
  readonly cloud_event: string | null;
}

interface Kept {
  readonly head: bigint;
  /** Null when the log is empty. */
  readonly oldest: bigint | null;
}

/** The event log of a tenant, for its administrators. */
@Injectable()
export class EventsService {
  /**
   * Events after `since`, oldest first, or before `before`, newest first. `next` is the `since` or `before` of
   * the next page. The response is JSON text, so that numbers in the data are not altered.
   * @throws Problem 410 when some of the events are no longer kept, because the page would have a gap
   */
  async page(tx: Tx, { since, before, type, limit }: Query): Promise<string> {
    const after = since ?? 0;
    const rows = await tx.sql.query<Row[]>`
      SELECT o.seq, o.id::text, o.type, o.data::text, o.created_at, o.actor_id, o.cloud_event::text
      FROM wardbell.outbox o
      WHERE o.tenant_id = wardbell.current_tenant() AND o.seq > ${after}::bigint
        AND (${type ?? null}::text IS NULL OR o.type = ${type ?? null})
        ${before === undefined ? empty : sql`AND o.seq < ${before}::bigint`}
      ORDER BY o.seq ${before === undefined ? sql`ASC` : sql`DESC`} LIMIT ${limit + 1}`;
    if (since !== undefined && (await isExpired(tx, since))) throw new Problem('events_expired');
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const next = rows.length > limit && last ? String(last.seq) : null;
    const superAdmins = await findSuperAdmins(tx, page);
    const data = page.map((row) => toText(tx, row, superAdmins)).join(',');
    return `{"data":[${data}],"next":${JSON.stringify(next)}}`;
  }
}

/**
 * Which of the actors were super admins: the log of events has no roles, and a tenant does not see these accounts, but its
 * audit log has the role of each actor. One index probe per actor and month of the audit log.
 */
async function findSuperAdmins(tx: Tx, rows: readonly Row[]): Promise<ReadonlySet<string>> {
  const actors = [...new Set(rows.flatMap(({ actor_id }) => actor_id ?? []))].filter(
    (actor) => actor !== SYSTEM.userId,
  );
  if (actors.length === 0) return new Set();
  const found = await tx.sql.query<{ actor_id: string }[]>`
    SELECT a.actor_id FROM unnest(${actors}::text[]) AS a(actor_id)
    WHERE (SELECT r.actor_role FROM wardbell.audit r
           WHERE r.scope = wardbell.current_tenant() AND r.actor_id = a.actor_id
           ORDER BY r.seq DESC LIMIT 1) = 'super_admin'`;
  return new Set(found.map(({ actor_id }) => actor_id));
}

/** Runs after the page was read, so that events that retention dropped in between are noticed. */
async function isExpired(tx: Tx, since: number): Promise<boolean> {
  const [kept] = await tx.sql.query<Kept[]>`
    SELECT h.seq AS head,
           (SELECT min(o.seq) FROM wardbell.outbox o WHERE o.tenant_id = h.tenant_id) AS oldest
    FROM wardbell.tenant_head h WHERE h.tenant_id = wardbell.current_tenant()`;
  if (!kept || BigInt(since) >= kept.head) return false;
  return kept.oldest === null || BigInt(since) < kept.oldest - 1n;
}

const toText = (tx: Tx, row: Row, superAdmins: ReadonlySet<string>): string => {
  const text = eventText(
    {
      tenantId: tx.tenantId ?? '',
      seq: Number(row.seq),
      id: row.id,
      type: row.type,
      data: row.data,
      audience: null,
      timestamp: row.created_at,
      actorId: row.actor_id,
      ...(row.cloud_event === null ? {} : { cloudEvent: row.cloud_event }),
    },
    viewOf(tx.principal.role),
  );
  if (row.actor_id === null || !superAdmins.has(row.actor_id)) return text;
  return `${text.slice(0, -1)},"actor_role":"super_admin"}`;
};
