import { boardNumber, MAX_BOARD_ROWS, type WaitingBoard } from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';

interface Row {
  readonly clinic: string;
  readonly time_zone: string;
  /** Null when nobody waits. */
  readonly id: string | null;
  readonly status: 'arrived' | 'checked-in';
  readonly room: string | null;
  readonly since: Date;
}

/**
 * Today's appointments whose patients wait or are called, by the clinic's clock: those called last first, then those
 * who have waited longest. Rooms are names of records, because the text of an appointment may say anything.
 */
export async function readWaitingBoard(tx: Tx): Promise<WaitingBoard> {
  const rows = await tx.sql.query<Row[]>`
    SELECT t.name AS clinic, t.time_zone, a.id::text, a.status, a.room, a.since
    FROM wardbell.tenant t
    LEFT JOIN LATERAL (
      SELECT v.id, v.status, m.name AS room, s.since,
             row_number() OVER (PARTITION BY v.status ORDER BY
               CASE v.status WHEN 'arrived' THEN s.since END, s.since DESC, v.id) AS place
      FROM wardbell.appointment v
      CROSS JOIN LATERAL (SELECT coalesce((v.status_steps->-1->>'at')::timestamptz, v.updated_at) AS since) s
      LEFT JOIN wardbell.room m ON m.tenant_id = v.tenant_id AND m.id = v.room_id
      WHERE v.tenant_id = t.id AND v.status IN ('arrived', 'checked-in')
        AND v.sort_at >= date_trunc('day', now(), t.time_zone)
        AND v.sort_at < (date_trunc('day', now() AT TIME ZONE t.time_zone) + interval '1 day') AT TIME ZONE t.time_zone
    ) a ON a.place <= ${MAX_BOARD_ROWS}
    WHERE t.id = wardbell.current_tenant()
    ORDER BY a.status DESC, a.place`;
  const { clinic = '', time_zone = 'UTC' } = rows[0] ?? {};
  return {
    clinic,
    time_zone,
    data: rows.flatMap(({ id, status, room, since }) =>
      id === null
        ? []
        : [
            {
              number: boardNumber(id),
              state: status === 'arrived' ? ('waiting' as const) : ('called' as const),
              room,
              since: since.toISOString(),
            },
          ],
    ),
  };
}
