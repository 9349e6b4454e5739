import { raw } from 'sql-template-tag';

/**
 * A condition that is always true, for a statement that locks what other work of the clinic waits for: its log, or a notice.
 * Evaluating it sets `idle_in_transaction_session_timeout` to 2 s for the rest of the transaction: should this process be
 * frozen or cut off from PostgreSQL afterwards, PostgreSQL ends the transaction and frees its locks. Other transactions have
 * 20 s.
 */
export const ENDS_WHEN_IDLE = raw(
  `(SELECT set_config('idle_in_transaction_session_timeout', '2s', true)) IS NOT NULL`,
);
