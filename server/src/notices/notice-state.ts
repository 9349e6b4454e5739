import type { NoticeStateChanged } from '@wardbell/contract';
import type { Tx } from '../database/tx.js';

/**
 * Tells everybody who has a notice in the inbox its new state, in one event.
 * @param tenantId of the notice; needed in transactions across tenants
 */
export async function emitState(tx: Tx, data: NoticeStateChanged, tenantId = tx.tenantId): Promise<void> {
  const recipients = await tx.sql.query<{ user_id: string }[]>`
    SELECT r.user_id FROM wardbell.notice_recipient r
    WHERE r.tenant_id = ${tenantId}::uuid AND r.notice_id = ${data.id}::uuid`;
  const audience = { user_ids: recipients.map(({ user_id }) => user_id) };
  if (recipients.length > 0) tx.emit({ type: 'notification_state', data, audience }, tenantId);
}
