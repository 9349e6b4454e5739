import { Injectable } from '@nestjs/common';
import { type EventQuery, viewOf } from '@wardbell/contract';
import sql, { empty } from 'sql-template-tag';
import type { z } from 'zod';
import { eventText } from '../../database/log-event.js';
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
    return `{"data":[${page.map((row) => toText(tx, row)).join(',')}],"next":${JSON.stringify(next)}}`;
  }
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

const toText = (tx: Tx, row: Row): string =>
  eventText(
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
