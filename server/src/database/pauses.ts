import { raw } from 'sql-template-tag';

/**
 * A condition that is true, for a statement that locks what other work of the clinic waits for: its log, or a notice. Should
 * this process be frozen or cut off from PostgreSQL afterwards, PostgreSQL ends the transaction after 2 s. The bound of
 * other transactions is 20 s: they hold nothing that others need in time.
 */
export const MAY_PAUSE_BRIEFLY = raw(
  `(SELECT set_config('idle_in_transaction_session_timeout', '2s', true)) IS NOT NULL`,
);
