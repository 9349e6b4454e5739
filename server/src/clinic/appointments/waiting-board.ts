import { BOARD_FIELDS, initialsOf, MAX_BOARD_ROWS, pick, WaitingBoard } from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';

interface Row {
  readonly clinic: string;
  readonly time_zone: string;
  /** Null when nobody waits. */
  readonly number: string | null;
  readonly status: 'arrived' | 'checked-in';
  readonly room: string | null;
  readonly since: Date;
  /** Null unless initials are asked for, and of a restricted patient. */
  readonly first_name: string | null;
  readonly last_name: string | null;
}

/** What a board calls patients by. */
export type BoardView = keyof typeof BOARD_FIELDS;

/**
 * Today's appointments whose patients wait or are called, by the clinic's clock: those called last first, then those
 * who have waited longest. Rooms are names of records, because the text of an appointment may say anything. Names are
 * read for initials alone, and never those of restricted patients.
 */
export async function readWaitingBoard(tx: Tx, view: BoardView): Promise<WaitingBoard> {
  const rows = await tx.sql.query<Row[]>`
    SELECT t.name AS clinic, t.time_zone, a.board_number AS number, a.status, a.room, a.since, p.first_name, p.last_name
    FROM wardbell.tenant t
    LEFT JOIN LATERAL (
      SELECT v.board_number, v.patient_id, v.status, m.name AS room, s.since,
             row_number() OVER (PARTITION BY v.status ORDER BY
               CASE v.status WHEN 'arrived' THEN s.since END, s.since DESC, v.id) AS place
      FROM wardbell.appointment v
      CROSS JOIN LATERAL (SELECT coalesce((v.status_steps->-1->>'at')::timestamptz, v.updated_at) AS since) s
      LEFT JOIN wardbell.room m ON m.tenant_id = v.tenant_id AND m.id = v.room_id
      WHERE v.tenant_id = t.id AND v.status IN ('arrived', 'checked-in') AND v.board_number IS NOT NULL
        AND v.sort_at >= date_trunc('day', now(), t.time_zone)
        AND v.sort_at < (date_trunc('day', now() AT TIME ZONE t.time_zone) + interval '1 day') AT TIME ZONE t.time_zone
    ) a ON a.place <= ${MAX_BOARD_ROWS}
    LEFT JOIN wardbell.patient p ON ${view === 'initials'} AND p.tenant_id = t.id AND p.id = a.patient_id AND NOT p.restricted
    WHERE t.id = wardbell.current_tenant()
    ORDER BY a.status DESC, a.place`;
  const { clinic = '', time_zone = 'UTC' } = rows[0] ?? {};
  const data = rows
    .filter(({ number }) => number !== null)
    .map((row) =>
      pick(
        {
          number: row.number,
          initials: initialsOf({ ...row }),
          state: row.status === 'arrived' ? 'waiting' : 'called',
          room: row.room,
          since: row.since.toISOString(),
        },
        BOARD_FIELDS[view],
      ),
    );
  return WaitingBoard.parse({ clinic, time_zone, data });
}
