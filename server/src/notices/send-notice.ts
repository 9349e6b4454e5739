import { randomUUID } from 'node:crypto';
import type { Escalation, NoticeTarget, NotificationLevel } from '@wardbell/contract';
import type { Tx } from '../database/tx.js';
import { ALIVE_FOR_S } from '../realtime/connections/instance.js';

/** Ids of what a notice of the server itself is about. */
export interface NoticeContext {
  readonly break_glass_id?: string;
  readonly approval_id?: string;
}

/** The text of a notice, as its events repeat it. */
export interface NoticeText {
  readonly id: string;
  readonly message: string;
  readonly level: NotificationLevel;
  readonly title: string | null;
  readonly link: string | null;
  readonly context: NoticeContext;
  readonly expires_at: Date | null;
  readonly is_test: boolean;
  readonly requires_ack: boolean;
}

export interface NewNotice {
  readonly message: string;
  readonly level: NotificationLevel;
  readonly title?: string | undefined;
  readonly link?: string | undefined;
  /** Absent: all people of the tenant. */
  readonly audience?: NoticeTarget | undefined;
  readonly expiresAt?: Date | undefined;
  readonly isTest?: boolean;
  readonly escalation?: Escalation | undefined;
  readonly context?: NoticeContext;
}

/** Data of `system_notification`. */
export const noticeData = (notice: NoticeText, step: number): Readonly<Record<string, unknown>> => ({
  id: notice.id,
  message: notice.message,
  level: notice.level,
  ...(notice.title === null ? {} : { title: notice.title }),
  ...(notice.link === null ? {} : { link: notice.link }),
  requires_ack: notice.requires_ack,
  step,
  ...(notice.expires_at === null ? {} : { expires_at: notice.expires_at.toISOString() }),
  ...(notice.is_test ? { test: true } : {}),
  ...notice.context,
});

/**
 * Writes a notice: a row for each recipient in one statement, and its event, one whatever the number of recipients.
 * Works as every database role; as `wardbell_auth` for tenant admins only.
 * @returns its id, and how many people have it in their inbox
 */
export async function sendNotice(
  tx: Tx,
  tenantId: string,
  notice: NewNotice,
): Promise<{ readonly id: string; readonly recipients: number }> {
  const { message, level, title = null, link = null, audience, expiresAt, escalation } = notice;
  const text: NoticeText = {
    id: randomUUID(),
    message,
    level,
    title,
    link,
    context: notice.context ?? {},
    expires_at: expiresAt ?? null,
    is_test: notice.isTest ?? false,
    requires_ack: escalation !== undefined,
  };
  const columns = JSON.stringify({ ...text, audience, escalation, sender_id: tx.principal.userId });
  const [row] = await tx.sql.query<{ recipients: number }[]>`
    SELECT wardbell.file_notice(${tenantId}::uuid, ${columns}::jsonb, make_interval(secs => ${ALIVE_FOR_S})) AS recipients`;
  if (!row) throw new Error('file_notice returned no row');
  tx.emit(
    {
      type: 'system_notification',
      data: noticeData(text, 0),
      ...(audience === undefined ? {} : { audience }),
    },
    tenantId,
  );
  return { id: text.id, recipients: row.recipients };
}
