import {
  DEFAULT_DURATION_MINUTES,
  FREE_SLOT_DAYS,
  type FreeSlotQuery,
  type FreeSlots,
} from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';

const MINUTE_MS = 60_000;
/** Free times begin at full five minutes. */
const GRID_MS = 5 * MINUTE_MS;
/** Most free times are within these days: the appointments of the others are read only if they are needed. */
const NEAR_DAYS = 10;

/**
 * The next free times of a practitioner, a room or both: office hours without absences and active appointments, all as
 * instants, so that they are right across a change of the clock.
 * @throws Problem `validation_failed` for an id of no active record
 */
export async function findFreeSlots(tx: Tx, body: FreeSlotQuery): Promise<FreeSlots> {
  const near = await slotsWithin(tx, body, NEAR_DAYS);
  return { data: near.length === body.limit ? near : await slotsWithin(tx, body, FREE_SLOT_DAYS) };
}

async function slotsWithin(tx: Tx, body: FreeSlotQuery, days: number): Promise<FreeSlots['data']> {
  const until = new Date(Date.parse(body.after) + days * 24 * 60 * MINUTE_MS).toISOString();
  const rows = await tx.sql.query<Row[]>`
    WITH asked AS MATERIALIZED (
      SELECT p.id AS practitioner_id, p.folded AS practitioner, m.id AS room_id, m.folded AS room,
             y.duration_minutes AS minutes
      FROM (SELECT) one
      LEFT JOIN wardbell.practitioner p ON p.tenant_id = wardbell.current_tenant() AND p.active
        AND p.id = ${body.practitioner_id ?? null}::uuid
      LEFT JOIN wardbell.room m ON m.tenant_id = wardbell.current_tenant() AND m.active
        AND m.id = ${body.room_id ?? null}::uuid
      LEFT JOIN wardbell.appointment_type y ON y.tenant_id = wardbell.current_tenant() AND y.active
        AND y.id = ${body.type_id ?? null}::uuid
    ), taken AS (
      SELECT tstzrange(a.sort_at, a.sort_at + make_interval(mins => a.duration_minutes)) AS span
      FROM wardbell.appointment a CROSS JOIN asked
      WHERE a.tenant_id = wardbell.current_tenant()
        AND a.sort_at > ${body.after}::timestamptz - interval '24 hours' AND a.sort_at < ${until}::timestamptz
        AND a.status IN ('pending', 'booked', 'arrived', 'checked-in')
        AND (a.practitioner_id = asked.practitioner_id OR a.room_id = asked.room_id
             OR a.practitioner_id IS NULL AND wardbell.fold_name(a.practitioner) = asked.practitioner
             OR a.room_id IS NULL AND wardbell.fold_name(a.room) = asked.room)
      UNION ALL
      SELECT tstzrange(b.begins_at, b.ends_at)
      FROM wardbell.absence b CROSS JOIN asked
      WHERE b.tenant_id = wardbell.current_tenant() AND b.ends_at > ${body.after}::timestamptz
        AND b.begins_at < ${until}::timestamptz
        AND (b.practitioner_id IS NULL OR b.practitioner_id = asked.practitioner_id)
    ), free AS (
      SELECT coalesce(wardbell.open_times(asked.practitioner_id, ${body.after}::timestamptz, ${until}::timestamptz),
                      tstzmultirange(tstzrange(NULL, NULL)))
             * tstzmultirange(tstzrange(${body.after}::timestamptz, ${until}::timestamptz))
             - coalesce((SELECT range_agg(t.span) FROM taken t), '{}'::tstzmultirange) AS spans
      FROM asked
    )
    SELECT asked.practitioner_id::text, asked.room_id::text, asked.minutes, lower(s.span) AS begins, upper(s.span) AS ends
    FROM asked CROSS JOIN free LEFT JOIN LATERAL unnest(free.spans) AS s(span) ON true
    ORDER BY lower(s.span)`;
  const [first] = rows;
  refuseUnknown(body, first);
  const minutes = body.duration_minutes ?? first?.minutes ?? DEFAULT_DURATION_MINUTES;
  return slotsIn(rows, minutes * MINUTE_MS, body.limit);
}

interface Row {
  readonly practitioner_id: string | null;
  readonly room_id: string | null;
  readonly minutes: number | null;
  /** Null when nothing is free. */
  readonly begins: Date | null;
  readonly ends: Date | null;
}

function slotsIn(spans: readonly Row[], lengthMs: number, limit: number): FreeSlots['data'] {
  const slots: FreeSlots['data'] = [];
  for (const { begins, ends } of spans) {
    if (begins === null || ends === null) continue;
    let atMs = Math.ceil(begins.getTime() / GRID_MS) * GRID_MS;
    while (atMs + lengthMs <= ends.getTime()) {
      slots.push({ from: new Date(atMs).toISOString(), to: new Date(atMs + lengthMs).toISOString() });
      if (slots.length === limit) return slots;
      atMs = Math.ceil((atMs + lengthMs) / GRID_MS) * GRID_MS;
    }
  }
  return slots;
}

function refuseUnknown(body: FreeSlotQuery, found: Row | undefined): void {
  const errors = [
    ...(body.practitioner_id !== undefined && !found?.practitioner_id ? ['practitioner_id'] : []),
    ...(body.room_id !== undefined && !found?.room_id ? ['room_id'] : []),
    ...(body.type_id !== undefined && found?.minutes == null ? ['type_id'] : []),
  ].map((path) => ({ path, message: 'must be an active record' }));
  if (errors.length > 0) throw new Problem('validation_failed', { errors });
}
