import { Injectable } from '@nestjs/common';
import { type Audience, DELIVERY_REASONS, type EventDelivery, type StreamRole } from '@wardbell/contract';
import { z } from 'zod';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { toTimestamp } from '../../platform/timestamp.js';
import { toUserId } from '../../platform/uuid.js';
import { Entry } from '../../realtime/hub/entry.js';
import {
  type CoveringSpan,
  type DeliveryCase,
  type InboxStates,
  judgeDelivery,
  type RecordedConnection,
  writtenAt,
} from './delivery-judge.js';

/** Connections that are looked at. A person who has had more since the event was hardly waiting for it. */
const MAX_CONNECTIONS = 100;

interface EventRow {
  readonly seq: bigint;
  readonly type: string;
  readonly data: string;
  readonly audience: Audience | null;
  readonly created_at: Date;
  readonly kept_since: Date;
  readonly now: Date;
  readonly role: StreamRole | null;
}

interface ConnectionRow {
  readonly id: string;
  readonly role: StreamRole;
  readonly connected_at: Date;
  readonly ended_at: Date | null;
  readonly lost_at: Date | null;
  readonly is_open: boolean;
  readonly is_described: boolean;
  readonly joined_later: boolean | null;
  readonly was_open: boolean;
  readonly spans: readonly (Omit<CoveringSpan, 'written_at'> & { readonly written_at: string | null })[];
}

/** What became of an event for one person, from what instances have recorded. */
@Injectable()
export class DeliveryService {
  /** @throws Problem `not_found` for an event that is not in the tenant's log */
  async find(tx: Tx, id: string, named: string): Promise<EventDelivery> {
    const userId = toUserId(named);
    const event = await readEvent(tx, id, userId);
    const entry = new Entry({
      tenantId: tx.tenantId ?? '',
      seq: Number(event.seq),
      id,
      type: event.type,
      data: event.data,
      audience: event.audience,
      timestamp: event.created_at,
      actorId: null,
    });
    const inbox = await readInbox(tx, event.type, event.data, userId);
    const rows = await readConnections(tx, event, userId);
    const connections = rows.map(toConnection);
    const of: DeliveryCase = {
      entry,
      userId,
      inbox,
      connections,
      writtenAt: event.created_at,
      role: event.role,
      keptSince: event.kept_since,
      now: event.now,
    };
    const reason = judgeDelivery(of);
    const { verdict, text } = DELIVERY_REASONS[reason];
    return {
      event_id: id,
      user_id: userId,
      verdict,
      reason: text,
      reason_code: reason,
      connections: connections.flatMap((connection, at) => {
        const written = writtenAt(of, connection);
        if (written === null && !rows[at]?.was_open) return [];
        return {
          connection_id: connection.id,
          connected_at: connection.connected_at.toISOString(),
          written_at: written?.toISOString() ?? null,
        };
      }),
      inbox: inbox && toInbox(inbox),
    };
  }
}

async function readEvent(tx: Tx, id: string, userId: string): Promise<EventRow> {
  const [event] = await tx.sql.query<EventRow[]>`
    SELECT o.seq, o.type, o.data::text, o.audience, o.created_at, h.kept_since, clock_timestamp() AS now,
           (SELECT u.role FROM wardbell.user_account u
            WHERE u.tenant_id = o.tenant_id AND u.id::text = ${userId} AND u.deleted_at IS NULL) AS role
    FROM wardbell.outbox o CROSS JOIN wardbell.delivery_horizon h
    WHERE o.tenant_id = wardbell.current_tenant() AND o.id = ${id}::uuid`;
  if (!event) throw new Problem('not_found');
  return event;
}

/**
 * The connections of a person that had not ended when the event was written. Times of a range of writes are those of its
 * first and last one; between them the numbers tell. A write before the event is one of another history, in which its
 * number was another event's.
 */
const readConnections = (tx: Tx, { seq, created_at }: EventRow, userId: string): Promise<ConnectionRow[]> =>
  tx.sql.query<ConnectionRow[]>`
    WITH known AS (
      SELECT d.id, d.role, d.connected_at, d.ended_at, d.lost_at, d.recorder_id IS NOT NULL AS is_described
      FROM wardbell.delivery_connection d
      WHERE d.tenant_id = wardbell.current_tenant() AND d.user_id = ${userId}
        AND coalesce(d.ended_at, 'infinity') > ${created_at}::timestamptz - interval '1 s'
      UNION ALL
      SELECT c.id, c.role, c.connected_at, NULL, NULL, false
      FROM wardbell.connection c
      WHERE c.tenant_id = wardbell.current_tenant() AND c.user_id = ${userId}
        AND NOT EXISTS (SELECT FROM wardbell.delivery_connection d
                        WHERE d.tenant_id = wardbell.current_tenant() AND d.id = c.id)
      ORDER BY connected_at, id LIMIT ${MAX_CONNECTIONS}::int
    )
    SELECT k.id::text, k.role, k.connected_at, k.ended_at, k.lost_at, k.is_described,
           k.connected_at <= ${created_at} AND coalesce(k.ended_at, k.lost_at, 'infinity') > ${created_at} AS was_open,
           EXISTS (SELECT FROM wardbell.connection c WHERE c.id = k.id) AS is_open,
           (SELECT min(s.after_seq) >= ${seq}::bigint FROM wardbell.delivery_span s
            WHERE s.tenant_id = wardbell.current_tenant() AND s.connection_id = k.id) AS joined_later,
           coalesce((
             SELECT jsonb_agg(jsonb_build_object(
               'is_live', s.is_live, 'topics', s.topics, 'types', s.types,
               'is_unsure', coalesce(s.unsure_after < ${seq}::bigint, false),
               'written_at', CASE WHEN w.at > ${created_at}::timestamptz - interval '1 s'
                                  THEN greatest(w.at, ${created_at}) END) ORDER BY s.n)
             FROM wardbell.delivery_span s
             LEFT JOIN LATERAL (
               SELECT s.at WHERE NOT s.is_live
               UNION ALL
               (SELECT CASE WHEN w.to_seq >= ${seq}::bigint THEN w.from_at + (w.to_at - w.from_at)
                         * ((${seq}::bigint - w.from_seq)::float8 / greatest(w.to_seq - w.from_seq, 1)) END AS at
               FROM wardbell.delivery_write w
               WHERE s.is_live AND w.tenant_id = wardbell.current_tenant() AND w.recorder_id = s.recorder_id
                 AND w.from_seq <= ${seq}::bigint
               ORDER BY w.from_seq DESC LIMIT 1)
             ) w ON true
             WHERE s.tenant_id = wardbell.current_tenant() AND s.connection_id = k.id
               AND s.after_seq < ${seq}::bigint AND coalesce(s.to_seq, ${seq}::bigint) >= ${seq}::bigint
           ), '[]') AS spans
    FROM known k ORDER BY k.connected_at, k.id`;

const toConnection = ({ was_open: _, joined_later, spans, ...row }: ConnectionRow): RecordedConnection => ({
  ...row,
  has_joined_later: joined_later ?? false,
  spans: spans.map((span) => ({
    ...span,
    written_at: span.written_at === null ? null : new Date(span.written_at),
  })),
});

interface Recipient extends InboxStates {
  readonly step: number;
  readonly snoozed_until: Date | null;
  readonly archived_at: Date | null;
}

const Notice = z.object({ id: z.guid() });

/** The notice of an event in the inbox of a person; null when the event tells of none, or not to this person. */
async function readInbox(tx: Tx, type: string, data: string, userId: string): Promise<Recipient | null> {
  if (type !== 'system_notification') return null;
  const notice = Notice.safeParse(JSON.parse(data)).data;
  if (!notice) return null;
  const [recipient] = await tx.sql.query<Recipient[]>`
    SELECT r.step, r.delivered_at, r.seen_at, r.read_at, r.acknowledged_at, r.snoozed_until, r.archived_at
    FROM wardbell.notice_recipient r
    WHERE r.tenant_id = wardbell.current_tenant() AND r.notice_id = ${notice.id}::uuid AND r.user_id = ${userId}`;
  return recipient ?? null;
}

const toInbox = ({ step, ...times }: Recipient): NonNullable<EventDelivery['inbox']> => ({
  step,
  delivered_at: toTimestamp(times.delivered_at),
  seen_at: toTimestamp(times.seen_at),
  read_at: toTimestamp(times.read_at),
  acknowledged_at: toTimestamp(times.acknowledged_at),
  snoozed_until: toTimestamp(times.snoozed_until),
  archived_at: toTimestamp(times.archived_at),
});
