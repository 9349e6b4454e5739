import { Injectable } from '@nestjs/common';
import { type EventFrame, type EventQuery, viewEventData, viewOf } from '@wardbell/contract';
import type { z } from 'zod';
import { Prisma } from '../database/generated/client.js';
import type { Tx } from '../database/tx.js';
import { Problem } from '../errors/problem.js';

type Query = z.output<typeof EventQuery>;
type Frame = z.output<typeof EventFrame>;

interface Row {
  readonly seq: bigint;
  readonly id: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly created_at: Date;
  readonly actor_id: string | null;
}

interface Kept {
  readonly head: bigint;
  /** Null when nothing is kept. */
  readonly oldest: bigint | null;
}

/** The tenant's log of events as its administrators read it. */
@Injectable()
export class EventsService {
  /**
   * Events after `since`, oldest first, or before `before`, newest first. `next` is the `since` or `before` of
   * the next page.
   * @throws Problem 410 when some of them are no longer kept: a page would have a hole
   */
  async page(tx: Tx, { since, before, type, limit }: Query): Promise<{ data: Frame[]; next: string | null }> {
    const after = since ?? 0;
    const rows = await tx.db.$queryRaw<Row[]>`
      SELECT o.seq, o.id::text, o.type, o.data, o.created_at, o.actor_id FROM wardbell.outbox o
      WHERE o.tenant_id = wardbell.current_tenant() AND o.seq > ${after}::bigint
        AND (${type ?? null}::text IS NULL OR o.type = ${type ?? null})
        ${before === undefined ? Prisma.empty : Prisma.sql`AND o.seq < ${before}::bigint`}
      ORDER BY o.seq ${before === undefined ? Prisma.sql`ASC` : Prisma.sql`DESC`} LIMIT ${limit + 1}`;
    if (since !== undefined && (await isExpired(tx, since))) throw new Problem('events_expired');
    const data = rows.slice(0, limit).map((row) => toFrame(tx, row));
    const last = data.at(-1);
    return { data, next: rows.length > limit && last ? String(last.seq) : null };
  }
}

/** Asked after the page was read: what a retention run drops in between is noticed, never skipped. */
async function isExpired(tx: Tx, since: number): Promise<boolean> {
  const [kept] = await tx.db.$queryRaw<Kept[]>`
    SELECT h.seq AS head,
           (SELECT min(o.seq) FROM wardbell.outbox o WHERE o.tenant_id = h.tenant_id) AS oldest
    FROM wardbell.tenant_head h WHERE h.tenant_id = wardbell.current_tenant()`;
  if (!kept || BigInt(since) >= kept.head) return false;
  return kept.oldest === null || BigInt(since) < kept.oldest - 1n;
}

const toFrame = (tx: Tx, row: Row): Frame => ({
  type: row.type,
  id: row.id,
  seq: Number(row.seq),
  tenant_id: tx.tenantId ?? '',
  timestamp: row.created_at.toISOString(),
  ...(row.actor_id === null ? {} : { actor_id: row.actor_id }),
  data: { ...viewEventData(row.type, row.data, viewOf(tx.principal.role)) },
});
