import { Injectable } from '@nestjs/common';
import type { Appointment, AppointmentQuery } from '@wardbell/contract';
import sql, { empty, type Sql } from 'sql-template-tag';
import type { z } from 'zod';
import type { LivePage } from '../../api/paging/live-page.js';
import { Pager } from '../../api/paging/page.js';
import { type Bound, boundOf } from '../../api/parsing/date-or-time.js';
import type { Tx } from '../../database/tx.js';
import { NIL_UUID } from '../../platform/uuid.js';
import { APPOINTMENT_COLUMNS, type AppointmentRow, toAppointment } from './appointment-row.js';

type Query = z.output<typeof AppointmentQuery>;
type Filter = Omit<Query, 'limit' | 'after'>;

type Row = AppointmentRow & { readonly sort_key: string };
/** One row per appointment; an empty page has a single row with `id` null. */
type SnapshotRow = { readonly seq: bigint; readonly epoch: string } & (Row | { readonly id: null });

/** Position of appointments without a time in the order. */
const UNTIMED: Bound = { instant: 'infinity', date: null };

/** Pages of appointments by time, each with the stream position of its snapshot. */
@Injectable()
export class AppointmentsList {
  constructor(private readonly pager: Pager) {}

  /** The number of appointments that `page` finds, in all. */
  async count(tx: Tx, query: Filter): Promise<number> {
    const { bounds, conditions } = filterOf(query);
    const [row] = await tx.sql.query<{ n: bigint }[]>`
      SELECT page.n
      FROM wardbell.tenant t
      CROSS JOIN LATERAL (${bounds}) bounds
      CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM wardbell.appointment a
        WHERE a.tenant_id = wardbell.current_tenant() AND a.sort_at >= bounds.since ${conditions}
      ) page
      WHERE t.id = wardbell.current_tenant()`;
    return Number(row?.n ?? 0);
  }

  /** Dates begin in the clinic's time zone. Appointments without a time come last and match no range. */
  async page(tx: Tx, query: Query): Promise<LivePage<Appointment>> {
    const list = `appointments/${tx.tenantId}`;
    const [at, id] = this.pager.start(list, query.after, ['-infinity', NIL_UUID]);
    const { bounds, conditions } = filterOf(query);
    // One statement reads one snapshot, so rows, seq and epoch are consistent under concurrent commits.
    const snapshot = await tx.sql.query<SnapshotRow[]>`
      SELECT h.seq, i.epoch::text, page.*
      FROM wardbell.tenant_head h
      JOIN wardbell.tenant t ON t.id = h.tenant_id
      CROSS JOIN wardbell.installation i
      CROSS JOIN LATERAL (${bounds}) bounds
      LEFT JOIN LATERAL (
        SELECT ${APPOINTMENT_COLUMNS}, a.sort_at::text AS sort_key, a.sort_at
        FROM wardbell.appointment a
        WHERE a.tenant_id = wardbell.current_tenant()
          -- one lower bound: of two the index would begin at the first and read on to the second
          AND (a.sort_at, a.id) > (greatest(${at}::timestamptz, bounds.since),
                CASE WHEN ${at}::timestamptz < bounds.since THEN ${NIL_UUID}::uuid ELSE ${id}::uuid END)
          ${conditions}
        ORDER BY a.sort_at, a.id LIMIT ${query.limit + 1}
      ) page ON true
      WHERE h.tenant_id = wardbell.current_tenant()
      ORDER BY page.sort_at, page.id`;
    const rows = snapshot.filter((row): row is SnapshotRow & Row => row.id !== null);
    const cut = this.pager.cut(list, rows, query.limit, (row) => [row.sort_key, row.id]);
    return {
      data: cut.rows.map(toAppointment),
      next: cut.next,
      seq: Number(snapshot[0]?.seq ?? 0),
      epoch: snapshot[0]?.epoch ?? '',
    };
  }
}

/** The rows `a` of a query, by the instants `since` and `until` of `bounds`, which stands beside the tenant `t`. */
function filterOf(query: Filter): { readonly bounds: Sql; readonly conditions: Sql } {
  const [from, to] = [query.untimed ? UNTIMED : boundOf(query.from), boundOf(query.to)];
  const ranged = query.from !== undefined || query.to !== undefined;
  // separate statement texts, so that the filter by patient uses its index
  const ofPatient = query.patient_id ? sql`AND a.patient_id = ${query.patient_id}::uuid` : empty;
  const ofStatus = query.status ? sql`AND a.status = ${query.status}` : empty;
  return {
    // OFFSET 0 keeps these out of the conditions: AT TIME ZONE is not leakproof, so under row-level security a
    // condition that contains it cannot use the index, and all earlier rows would be read
    bounds: sql`
      SELECT coalesce(${from.instant}::timestamptz,
                      ${from.date}::date::timestamp AT TIME ZONE t.time_zone, '-infinity') AS since,
             coalesce(${to.instant}::timestamptz,
                      ${to.date}::date::timestamp AT TIME ZONE t.time_zone, 'infinity') AS until
      OFFSET 0`,
    conditions: sql`
      AND a.sort_at <= bounds.until AND (NOT ${ranged} OR a.sort_at < bounds.until) ${ofPatient} ${ofStatus}`,
  };
}
