import { Injectable } from '@nestjs/common';
import type { Acknowledge, Escalation, NoticeState } from '@wardbell/contract';
import { ENDS_WHEN_IDLE } from '../database/idle-timeout.js';
import type { Tx } from '../database/tx.js';
import { Problem } from '../platform/errors/problem.js';
import { emitInboxChanged } from './inbox.service.js';
import { emitState } from './notice-state.js';

interface LockedNotice {
  readonly state: NoticeState;
  readonly step: number;
  readonly escalation: Escalation | null;
  readonly is_mine: boolean;
  readonly acknowledged_at: Date | null;
  readonly held_until: Date | null;
}

/** Acknowledging and resolving notices. Both lock the notice, as the escalation does, so they take turns. */
@Injectable()
export class Acknowledgements {
  /**
   * Acknowledges a notice of the own inbox; that is also seen and read. Idempotent, except that `hold_s` begins again
   * and that it can be acknowledged again after a hold has ended.
   * @throws Problem `not_found`
   */
  async acknowledge(tx: Tx, id: string, { note, hold_s }: Acknowledge): Promise<void> {
    const holdS = hold_s ?? null;
    const notice = await lock(tx, id);
    if (!notice?.is_mine) throw new Problem('not_found');
    const isFirst = notice.acknowledged_at === null;
    const isOpen = notice.state === 'pending' || notice.state === 'unanswered';
    if (!isFirst && !isOpen && holdS === null && note === undefined) return;
    await tx.sql.execute`
      UPDATE wardbell.notice_recipient r
      SET acknowledged_at = coalesce(r.acknowledged_at, now()), note = coalesce(${note ?? null}, r.note),
          read_at = coalesce(r.read_at, now()), seen_at = coalesce(r.seen_at, now()),
          delivered_at = coalesce(r.delivered_at, now()), snoozed_until = NULL,
          held_until = CASE WHEN ${holdS}::integer IS NOT NULL
                            THEN clock_timestamp() + make_interval(secs => ${holdS}::integer)
                            WHEN NOT ${isOpen} THEN r.held_until END
      WHERE r.tenant_id = wardbell.current_tenant() AND r.notice_id = ${id}::uuid
        AND r.user_id = ${tx.principal.userId}`;
    await this.#settle(tx, id, notice, holdS);
    if (!isFirst && holdS === null && !(isOpen && notice.held_until !== null)) return;
    emitInboxChanged(tx, { id, changed: 'acknowledged' });
    audit(tx, 'notification.acknowledge', id, holdS === null ? {} : { hold_s: holdS });
  }

  /**
   * What the notice asked for is done. Idempotent; for whoever acknowledged it, and for tenant admins.
   * @throws Problem `not_found`, `not_acknowledged` when nobody has taken it on
   */
  async resolve(tx: Tx, id: string, note: string | undefined): Promise<void> {
    const notice = await lock(tx, id);
    const isAdmin = tx.principal.role === 'tenant_admin';
    if (!notice || !(notice.is_mine || isAdmin)) throw new Problem('not_found');
    if (notice.state === 'resolved') return;
    if (!isAdmin && notice.acknowledged_at === null) throw new Problem('not_acknowledged');
    await tx.sql.execute`
      UPDATE wardbell.notice n
      SET state = 'resolved', due_at = NULL, resolved_by = ${tx.principal.userId},
          resolved_at = clock_timestamp(), resolved_note = ${note ?? null}
      WHERE n.tenant_id = wardbell.current_tenant() AND n.id = ${id}::uuid`;
    await emitState(tx, { id, state: 'resolved', step: notice.step });
    audit(tx, 'notification.resolve', id);
  }

  /** Ends the escalation if this acknowledgement is enough, or stops it for the time of a hold. */
  async #settle(tx: Tx, id: string, notice: LockedNotice, holdS: number | null): Promise<void> {
    const { state, escalation } = notice;
    if (state === 'resolved' || state === 'expired') return;
    const isRepeating = state === 'unanswered';
    if (escalation?.mode === 'everyone' && !isRepeating && holdS === null && !(await hasEveryone(tx, id)))
      return;
    const changed = await tx.sql.execute`
      UPDATE wardbell.notice n
      SET state = 'acknowledged',
          due_at = CASE WHEN n.escalation IS NOT NULL
                        THEN clock_timestamp() + make_interval(secs => ${holdS}::integer) END
      WHERE n.tenant_id = wardbell.current_tenant() AND n.id = ${id}::uuid
        AND (n.state <> 'acknowledged' OR ${holdS}::integer IS NOT NULL)`;
    if (changed === 0 || state === 'acknowledged') return;
    // Whoever had it before and let the time pass has it no longer.
    await tx.sql.execute`
      UPDATE wardbell.notice_recipient r SET held_until = NULL
      WHERE r.tenant_id = wardbell.current_tenant() AND r.notice_id = ${id}::uuid
        AND r.user_id <> ${tx.principal.userId} AND r.held_until IS NOT NULL`;
    await emitState(tx, { id, state: 'acknowledged', step: notice.step });
  }
}

/** Locks a notice until the transaction ends. `is_mine`: the principal is one of its recipients. */
async function lock(tx: Tx, id: string): Promise<LockedNotice | undefined> {
  const [locked] = await tx.sql.query<object[]>`
    SELECT FROM wardbell.notice n
    WHERE n.tenant_id = wardbell.current_tenant() AND n.id = ${id}::uuid AND ${ENDS_WHEN_IDLE}
    FOR NO KEY UPDATE`;
  if (!locked) return undefined;
  const [notice] = await tx.sql.query<LockedNotice[]>`
    SELECT n.state, n.step, n.escalation, r.user_id IS NOT NULL AS is_mine, r.acknowledged_at, r.held_until
    FROM wardbell.notice n
    LEFT JOIN wardbell.notice_recipient r
      ON r.tenant_id = n.tenant_id AND r.notice_id = n.id AND r.user_id = ${tx.principal.userId}
    WHERE n.tenant_id = wardbell.current_tenant() AND n.id = ${id}::uuid`;
  return notice;
}

/** Have all who were told acknowledged? An account that is no longer active is not waited for. */
async function hasEveryone(tx: Tx, id: string): Promise<boolean> {
  const [missing] = await tx.sql.query<object[]>`
    SELECT FROM wardbell.notice_recipient r
    WHERE r.tenant_id = wardbell.current_tenant() AND r.notice_id = ${id}::uuid AND r.acknowledged_at IS NULL
      AND NOT EXISTS (SELECT FROM wardbell.user_account u
                      WHERE u.id::text = r.user_id AND (u.status <> 'active' OR u.deleted_at IS NOT NULL))
    LIMIT 1`;
  return missing === undefined;
}

const audit = (tx: Tx, action: string, id: string, details: Readonly<Record<string, number>> = {}): void =>
  tx.audit({ action, objectType: 'notification', objectId: id, details });
