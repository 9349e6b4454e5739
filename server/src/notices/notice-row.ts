import type { NoticeState, NotificationLevel } from '@wardbell/contract';
import { raw } from 'sql-template-tag';
import { toTimestamp } from '../platform/timestamp.js';

/** Columns of a notice with the alias `n` that everybody who may see it sees. */
export const NOTICE_COLUMNS = raw(
  `n.id::text, n.seq, n.title, n.message, n.level, n.link, n.sent_at, n.sender_id, n.expires_at,
   n.escalation IS NOT NULL AS requires_ack, n.is_test, n.state, n.step`,
);

export interface NoticeRow {
  readonly id: string;
  readonly seq: bigint;
  readonly title: string | null;
  readonly message: string;
  readonly level: NotificationLevel;
  readonly link: string | null;
  readonly sent_at: Date;
  readonly sender_id: string;
  readonly expires_at: Date | null;
  readonly requires_ack: boolean;
  readonly is_test: boolean;
  readonly state: NoticeState;
  readonly step: number;
}

export const toNotice = (row: NoticeRow) => ({
  id: row.id,
  seq: Number(row.seq),
  title: row.title,
  message: row.message,
  level: row.level,
  link: row.link,
  sent_at: row.sent_at.toISOString(),
  sender: row.sender_id,
  expires_at: toTimestamp(row.expires_at),
  requires_ack: row.requires_ack,
  test: row.is_test,
  state: row.state,
  step: row.step,
});
