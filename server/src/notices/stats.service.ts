import { Injectable } from '@nestjs/common';
import type { NoticeStats, StatsQuery } from '@wardbell/contract';
import type { z } from 'zod';
import { boundOf } from '../api/parsing/date-or-time.js';
import type { Tx } from '../database/tx.js';
import { Problem } from '../platform/errors/problem.js';

interface Row {
  readonly is_range: boolean;
  readonly sent: number;
  readonly acknowledged: number;
  readonly unanswered: number;
  readonly delivery: readonly number[] | null;
  readonly seen: readonly number[] | null;
  readonly acknowledge: readonly number[] | null;
}

/** How many notices were sent and acknowledged, and how fast. Drills do not count. */
@Injectable()
export class StatsService {
  /** @throws Problem `invalid_range` */
  async get(tx: Tx, query: z.output<typeof StatsQuery>): Promise<z.output<typeof NoticeStats>> {
    const [from, to] = [boundOf(query.from), boundOf(query.to)];
    const [row] = await tx.sql.query<Row[]>`
      WITH range AS (
        SELECT coalesce(${from.instant}::timestamptz, ${from.date}::date::timestamp AT TIME ZONE t.time_zone,
                        now() - interval '7 days') AS since,
               coalesce(${to.instant}::timestamptz, ${to.date}::date::timestamp AT TIME ZONE t.time_zone,
                        now()) AS until
        FROM wardbell.tenant t WHERE t.id = wardbell.current_tenant()
      ), chosen AS (
        SELECT n.* FROM wardbell.notice n, range
        WHERE n.tenant_id = wardbell.current_tenant() AND n.sent_at >= range.since AND n.sent_at < range.until
          AND NOT n.is_test
      ), person AS (
        SELECT 1000 * extract(epoch FROM r.delivered_at - n.sent_at) AS delivered_ms,
               1000 * extract(epoch FROM r.seen_at - n.sent_at) AS seen_ms,
               1000 * extract(epoch FROM r.acknowledged_at - n.sent_at) AS acknowledged_ms
        FROM chosen n JOIN wardbell.notice_recipient r ON r.tenant_id = n.tenant_id AND r.notice_id = n.id
      )
      SELECT range.since < range.until AS is_range, n.*, p.* FROM range, (
        SELECT count(*)::int AS sent,
               count(*) FILTER (WHERE state IN ('acknowledged', 'resolved'))::int AS acknowledged,
               count(*) FILTER (WHERE state = 'unanswered')::int AS unanswered FROM chosen
      ) n, (
        SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY delivered_ms::float8) AS delivery,
               percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY seen_ms::float8) AS seen,
               percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY acknowledged_ms::float8) AS acknowledge
        FROM person
      ) p`;
    if (!row?.is_range) throw new Problem('invalid_range');
    return {
      sent: row.sent,
      acknowledged: row.acknowledged,
      unanswered: row.unanswered,
      delivery_ms: toPercentiles(row.delivery),
      seen_ms: toPercentiles(row.seen),
      acknowledge_ms: toPercentiles(row.acknowledge),
    };
  }
}

const toPercentiles = (values: readonly number[] | null): { p50: number | null; p95: number | null } => ({
  p50: values?.[0] ?? null,
  p95: values?.[1] ?? null,
});
