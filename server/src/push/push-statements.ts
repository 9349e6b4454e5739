/** What an instance that was killed has claimed is claimed again after this time. */
export const LEASE_S = 20;

/**
 * Takes messages that are due. `next_attempt_at` is the end of the lease meanwhile, so another instance takes them only when
 * this one does not answer for them. `verdict`: whether the person may still be told; `is_unwanted`: quiet hours, or the
 * notice has been seen or is over.
 */
export const CLAIM = {
  name: 'push_claim',
  text: `WITH due AS (
           SELECT m.tenant_id, m.id FROM wardbell.push_message m
           WHERE m.next_attempt_at <= clock_timestamp()
           ORDER BY m.next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED
         ), claimed AS (
           UPDATE wardbell.push_message m
           SET lease_token = $1, next_attempt_at = clock_timestamp() + interval '${LEASE_S} s', attempt = m.attempt + 1
           FROM due d WHERE m.tenant_id = d.tenant_id AND m.id = d.id
           RETURNING m.*
         )
         SELECT c.tenant_id::text, c.id::text, c.notice_id::text, c.is_urgent, c.attempt,
                extract(epoch FROM c.expires_at - clock_timestamp())::float8 AS left_s,
                s.id::text AS subscription_id, s.endpoint, s.p256dh, s.auth, s.public_key,
                coalesce(s.expires_at <= clock_timestamp(), false) AS is_over, n.is_test,
                wardbell.principal_verdict(s.tenant_id, s.user_id, s.role, NULL) AS verdict,
                r.user_id IS NULL OR r.seen_at IS NOT NULL OR r.read_at IS NOT NULL OR r.acknowledged_at IS NOT NULL
                  OR n.state IN ('resolved', 'expired')
                  OR NOT c.is_urgent AND coalesce(wardbell.is_quiet(p.quiet_hours), false) AS is_unwanted
         FROM claimed c
         JOIN wardbell.push_subscription s ON s.tenant_id = c.tenant_id AND s.id = c.subscription_id
         JOIN wardbell.notice n ON n.tenant_id = c.tenant_id AND n.id = c.notice_id
         LEFT JOIN wardbell.notice_recipient r
           ON r.tenant_id = c.tenant_id AND r.notice_id = c.notice_id AND r.user_id = s.user_id
         LEFT JOIN wardbell.notification_preference p ON p.tenant_id = s.tenant_id AND p.user_id = s.user_id`,
};

/** Unless the notice was put before the person once more meanwhile: then the message is due again. */
export const DONE = {
  name: 'push_done',
  text: 'DELETE FROM wardbell.push_message m WHERE m.tenant_id = $1 AND m.id = $2 AND m.lease_token = $3',
};
export const RETRY = {
  name: 'push_retry',
  text: `UPDATE wardbell.push_message m
         SET lease_token = NULL, next_attempt_at = clock_timestamp() + make_interval(secs => $4)
         WHERE m.tenant_id = $1 AND m.id = $2 AND m.lease_token = $3`,
};
/** With all its messages. */
export const FORGET = {
  name: 'push_forget',
  text: 'DELETE FROM wardbell.push_subscription s WHERE s.tenant_id = $1 AND s.id = $2 AND s.endpoint = $3',
};
