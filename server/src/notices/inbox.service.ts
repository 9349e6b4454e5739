import { Injectable } from '@nestjs/common';
import { type InboxChanged, type InboxNotice, type InboxQuery, MAX_SNOOZE_DAYS } from '@wardbell/contract';
import sql, { type Sql } from 'sql-template-tag';
import type { z } from 'zod';
import { Pager } from '../api/paging/page.js';
import { ENDS_WHEN_IDLE } from '../database/idle-timeout.js';
import type { Tx } from '../database/tx.js';
import { Problem } from '../platform/errors/problem.js';
import { toTimestamp } from '../platform/timestamp.js';
import { NOTICE_COLUMNS, type NoticeRow, toNotice } from './notice-row.js';
import type { NoticeContext } from './send-notice.js';

const DAY_MS = 86_400_000;

interface InboxRow extends NoticeRow {
  readonly delivered_at: Date | null;
  readonly seen_at: Date | null;
  readonly read_at: Date | null;
  readonly acknowledged_at: Date | null;
  readonly held_until: Date | null;
  readonly snoozed_until: Date | null;
  readonly archived_at: Date | null;
  readonly context: NoticeContext;
}

interface Snapshot {
  readonly head: bigint;
  readonly epoch: string;
  readonly counts: { readonly unread: number; readonly unseen: number };
  readonly next_change_at: Date | null;
}

/** One row for each notice; an empty page has a single row with `id` null. */
type SnapshotRow = Snapshot & (InboxRow | { readonly id: null });

/** What `mark` sets; shown is also delivered, and read is also shown. */
const MARKS = {
  seen: sql`seen_at = coalesce(r.seen_at, now()), delivered_at = coalesce(r.delivered_at, now())`,
  read: sql`read_at = coalesce(r.read_at, now()), seen_at = coalesce(r.seen_at, now()),
            delivered_at = coalesce(r.delivered_at, now())`,
  unread: sql`read_at = NULL`,
  archived: sql`archived_at = coalesce(r.archived_at, now())`,
  unarchived: sql`archived_at = NULL`,
} as const;
/** Whether `mark` changes anything. */
const DIFFERS = {
  seen: sql`r.seen_at IS NULL`,
  read: sql`r.read_at IS NULL`,
  unread: sql`r.read_at IS NOT NULL`,
  archived: sql`r.archived_at IS NULL`,
  unarchived: sql`r.archived_at IS NOT NULL`,
} as const;
type Mark = keyof typeof MARKS;

/** Conditions of the states of a list; expired notices are in none. */
const STATES = {
  all: sql`r.archived_at IS NULL`,
  archived: sql`r.archived_at IS NOT NULL`,
  unread: sql`r.archived_at IS NULL AND r.read_at IS NULL
              AND (r.snoozed_until IS NULL OR r.snoozed_until <= statement_timestamp())`,
} as const;

/** The inbox of the principal. Each change is an event of the log for this person alone, so all tabs agree. */
@Injectable()
export class InboxService {
  constructor(private readonly pager: Pager) {}

  /** Newest first. Rows, counts and position are of one snapshot and one time. */
  async page(tx: Tx, { state, after, limit }: z.output<typeof InboxQuery>): Promise<object> {
    const { userId } = tx.principal;
    const list = `inbox/${state}/${tx.tenantId}/${userId}`;
    const [before] = this.pager.start(list, after, [String(Number.MAX_SAFE_INTEGER), '']);
    const snapshot = await tx.sql.query<SnapshotRow[]>`
      SELECT h.seq AS head, i.epoch::text, wardbell.inbox_counts(h.tenant_id, ${userId}, statement_timestamp()) AS counts,
             (SELECT min(change.at) FROM (
                SELECT unnest(ARRAY[r.snoozed_until, n.expires_at]) AS at FROM ${mine(userId)}
                WHERE r.archived_at IS NULL AND r.read_at IS NULL) change
              WHERE change.at > statement_timestamp()) AS next_change_at,
             page.*
      FROM wardbell.tenant_head h CROSS JOIN wardbell.installation i
      LEFT JOIN LATERAL (
        SELECT ${NOTICE_COLUMNS}, n.context, r.delivered_at, r.seen_at, r.read_at, r.acknowledged_at,
               r.held_until, r.snoozed_until, r.archived_at
        FROM ${mine(userId)}
        WHERE ${STATES[state]} AND (n.expires_at IS NULL OR n.expires_at > statement_timestamp())
          AND n.seq < ${before}::bigint
        ORDER BY n.seq DESC LIMIT ${limit + 1}) page ON true
      WHERE h.tenant_id = wardbell.current_tenant() ORDER BY page.seq DESC`;
    const [first] = snapshot;
    if (!first) throw new Error('a tenant has a head');
    const rows = snapshot.filter((row): row is Snapshot & InboxRow => row.id !== null);
    const cut = this.pager.cut(list, rows, limit, (row) => [String(row.seq), '']);
    return {
      data: cut.rows.map(toInboxNotice),
      next: cut.next,
      ...first.counts,
      next_change_at: toTimestamp(first.next_change_at),
      seq: Number(first.head),
      epoch: first.epoch,
    };
  }

  /** Idempotent. @throws Problem `not_found` for a notice that is not in the own inbox */
  async mark(tx: Tx, id: string, mark: Mark): Promise<void> {
    await change(tx, id, MARKS[mark], DIFFERS[mark], mark);
  }

  /** Idempotent. One statement and one event, whatever the number of notices. */
  async markAll(tx: Tx, mark: 'seen' | 'read', upToSeq: number): Promise<void> {
    const changed = await tx.sql.execute`
      UPDATE wardbell.notice_recipient r SET ${MARKS[mark]} FROM wardbell.notice n
      WHERE r.tenant_id = wardbell.current_tenant() AND r.user_id = ${tx.principal.userId} AND ${DIFFERS[mark]}
        AND r.archived_at IS NULL AND (r.snoozed_until IS NULL OR r.snoozed_until <= clock_timestamp())
        AND n.tenant_id = r.tenant_id AND n.id = r.notice_id AND n.seq <= ${upToSeq}::bigint
        AND ${ENDS_WHEN_IDLE}`;
    if (changed > 0) emitInboxChanged(tx, { changed: mark });
  }

  /** @param until null ends the snooze. @throws Problem `not_found`, `validation_failed` */
  async snooze(tx: Tx, id: string, until: Date | null): Promise<void> {
    if (until !== null) {
      const delayMs = until.getTime() - tx.now.getTime();
      if (delayMs <= 0 || delayMs > MAX_SNOOZE_DAYS * DAY_MS) {
        throw new Problem('validation_failed', {
          errors: [{ path: 'until', message: `must be within the next ${MAX_SNOOZE_DAYS} days` }],
        });
      }
    }
    await change(
      tx,
      id,
      sql`snoozed_until = ${until}::timestamptz`,
      sql`r.snoozed_until IS DISTINCT FROM ${until}::timestamptz`,
      'snoozed',
    );
  }
}

const mine = (userId: string): Sql => sql`
  wardbell.notice_recipient r JOIN wardbell.notice n ON n.tenant_id = r.tenant_id AND n.id = r.notice_id
    AND r.tenant_id = wardbell.current_tenant() AND r.user_id = ${userId}`;

/** Changes the own row of a notice, if the condition holds. @throws Problem `not_found` */
async function change(
  tx: Tx,
  id: string,
  assignments: Sql,
  differs: Sql,
  changed: InboxChanged['changed'],
): Promise<void> {
  const { userId } = tx.principal;
  const count = await tx.sql.execute`
    UPDATE wardbell.notice_recipient r SET ${assignments}
    WHERE r.tenant_id = wardbell.current_tenant() AND r.notice_id = ${id}::uuid AND r.user_id = ${userId}
      AND ${differs} AND ${ENDS_WHEN_IDLE}`;
  if (count > 0) return emitInboxChanged(tx, { id, changed });
  const [row] = await tx.sql.query<object[]>`
    SELECT FROM wardbell.notice_recipient r
    WHERE r.tenant_id = wardbell.current_tenant() AND r.notice_id = ${id}::uuid AND r.user_id = ${userId}`;
  if (!row) throw new Problem('not_found');
}

/** Tells all connections of the principal. The database adds the counts under the lock of the tenant's head. */
export const emitInboxChanged = (tx: Tx, data: Pick<InboxChanged, 'id' | 'changed'>): void =>
  tx.emit({ type: 'inbox_changed', data, audience: { user_ids: [tx.principal.userId] } });

const toInboxNotice = (row: InboxRow): InboxNotice => ({
  ...toNotice(row),
  delivered_at: toTimestamp(row.delivered_at),
  seen_at: toTimestamp(row.seen_at),
  read_at: toTimestamp(row.read_at),
  acknowledged_at: toTimestamp(row.acknowledged_at),
  held_until: toTimestamp(row.held_until),
  snoozed_until: toTimestamp(row.snoozed_until),
  archived_at: toTimestamp(row.archived_at),
  ...row.context,
});
