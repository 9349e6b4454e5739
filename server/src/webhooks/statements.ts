/**
 * A sender that was killed is replaced after this time, plus the interval at which instances look for work and the time
 * of the first attempt: together less than the 15 s that are promised.
 */
export const LEASE_MS = 10_000;
/** Without any success for this long a webhook is disabled. */
const DISABLE_AFTER = '5 days';
const HISTORY = { days: 7, rows: 1_000 };

const LEASE = `clock_timestamp() + interval '${LEASE_MS} milliseconds'`;

/**
 * Webhooks with something to send and without a sender. `SKIP LOCKED` and the check of the lease after the lock leave
 * each to one instance.
 */
export const CLAIM = {
  name: 'webhook_claim',
  text: `UPDATE wardbell.webhook w SET lease_token = $1, lease_until = ${LEASE}
         WHERE w.id IN (
           SELECT d.id FROM wardbell.webhook d
             JOIN wardbell.tenant t ON t.id = d.tenant_id AND t.status = 'active'
             CROSS JOIN wardbell.installation i
             LEFT JOIN wardbell.tenant_head h ON h.tenant_id = d.tenant_id
           WHERE (d.lease_until IS NULL OR d.lease_until < clock_timestamp())
             AND (d.test_id IS NOT NULL
                  OR EXISTS (SELECT FROM wardbell.dead_letter l
                             WHERE l.webhook_id = d.id AND l.retry_at IS NOT NULL AND l.payload = d.payload)
                  OR d.status = 'active' AND d.next_attempt_at <= clock_timestamp()
                     AND (h.seq > d.position OR d.epoch <> i.epoch))
           ORDER BY d.next_attempt_at LIMIT $2 FOR UPDATE OF d SKIP LOCKED)
         RETURNING w.id::text`,
};
export const RENEW = {
  name: 'webhook_renew',
  text: `UPDATE wardbell.webhook w SET lease_until = ${LEASE}
         FROM wardbell.installation i, wardbell.tenant t
         WHERE w.id = $1 AND w.lease_token = $2 AND w.lease_until > clock_timestamp()
           AND t.id = w.tenant_id AND t.status = 'active'
         RETURNING w.id::text, w.tenant_id::text, w.url, w.types, w.payload, w.position, w.attempt, w.test_id::text,
           w.epoch::text, i.epoch::text AS current_epoch,
           w.status = 'active' AND w.next_attempt_at <= clock_timestamp() AS is_due,
           coalesce((SELECT h.seq FROM wardbell.tenant_head h WHERE h.tenant_id = w.tenant_id), 0) AS head,
           ARRAY(SELECT s.secret FROM wardbell.webhook_secret s
                 WHERE s.webhook_id = w.id AND (s.expires_at IS NULL OR s.expires_at > clock_timestamp())
                 ORDER BY s.expires_at DESC NULLS FIRST) AS secrets`,
};
export const RELEASE = {
  name: 'webhook_release',
  text: `UPDATE wardbell.webhook w SET lease_token = NULL, lease_until = NULL WHERE w.id = $1 AND w.lease_token = $2`,
};
export const SKIP = {
  name: 'webhook_skip',
  text: `UPDATE wardbell.webhook w SET position = $4 WHERE w.id = $1 AND w.lease_token = $2 AND w.position = $3`,
};
/** A dead letter whose retry was requested, unless the webhook's view is another one by now. */
export const NEXT_RETRY = {
  name: 'webhook_next_retry',
  text: `SELECT l.id::text, l.message_id, l.event::text AS event, l.event->>'type' AS type
         FROM wardbell.dead_letter l JOIN wardbell.webhook w ON w.id = l.webhook_id
         WHERE l.webhook_id = $1 AND l.retry_at IS NOT NULL AND l.payload = w.payload
         ORDER BY l.retry_at LIMIT 1`,
};
/** The position moves only if nobody has rewound it during the attempt. */
export const RECORD = {
  name: 'webhook_record',
  text: `WITH recorded AS (
           UPDATE wardbell.webhook w SET
             position = CASE WHEN $3 AND w.position = $4 THEN $5 ELSE w.position END,
             epoch = CASE WHEN $3 AND w.position = $4 THEN $6 ELSE w.epoch END,
             attempt = CASE WHEN $3 THEN 0 ELSE w.attempt + 1 END,
             next_attempt_at = clock_timestamp() + make_interval(secs => $7),
             last_success_at = CASE WHEN $8 THEN clock_timestamp() ELSE w.last_success_at END,
             failing_since = CASE WHEN NOT $8 THEN coalesce(w.failing_since, clock_timestamp()) END
           WHERE w.id = $1 AND w.lease_token = $2
           RETURNING w.*
         ), noted AS (
           INSERT INTO wardbell.webhook_attempt
             (tenant_id, webhook_id, message_id, seq, type, attempt, outcome, status, duration_ms, next_attempt_at)
           SELECT w.tenant_id, w.id, $9, $10, $11, $12, $13, $14, $15,
                  CASE WHEN NOT $3 AND $14 IS DISTINCT FROM 410 THEN w.next_attempt_at END
           FROM recorded w
         ), dead AS (
           INSERT INTO wardbell.dead_letter (tenant_id, origin, reason, webhook_id, message_id, payload, event)
           SELECT w.tenant_id, 'webhook', $16, w.id, $9, $17, $18::json FROM recorded w WHERE $3 AND NOT $8
         )
         SELECT w.failing_since < clock_timestamp() - interval '${DISABLE_AFTER}' AS must_disable FROM recorded w`,
};
export const RECORD_TEST = {
  name: 'webhook_record_test',
  text: `WITH recorded AS (
           UPDATE wardbell.webhook w SET test_id = NULL
           WHERE w.id = $1 AND w.lease_token = $2 AND w.test_id = $3::uuid RETURNING w.*)
         INSERT INTO wardbell.webhook_attempt
           (tenant_id, webhook_id, message_id, type, attempt, outcome, status, duration_ms)
         SELECT w.tenant_id, w.id, $3::text, $4, 1, $5, $6, $7 FROM recorded w`,
};
export const RECORD_RETRY = {
  name: 'webhook_record_retry',
  text: `WITH gone AS (DELETE FROM wardbell.dead_letter l WHERE l.id = $2 AND $5 = 'success'),
         kept AS (UPDATE wardbell.dead_letter l SET retry_at = NULL, reason = $8 WHERE l.id = $2 AND $5 <> 'success')
         INSERT INTO wardbell.webhook_attempt
           (tenant_id, webhook_id, message_id, type, attempt, outcome, status, duration_ms)
         SELECT w.tenant_id, w.id, $3, $4, 1, $5, $6, $7 FROM wardbell.webhook w WHERE w.id = $1`,
};
export const LAG = {
  name: 'webhook_lag',
  text: `SELECT coalesce(max(extract(epoch FROM clock_timestamp() - o.created_at)), 0)::float8 AS seconds
         FROM wardbell.webhook w
         JOIN wardbell.tenant_head h ON h.tenant_id = w.tenant_id AND h.seq > w.position
         CROSS JOIN LATERAL (SELECT e.created_at FROM wardbell.outbox e
                             WHERE e.tenant_id = w.tenant_id AND e.seq > w.position ORDER BY e.seq LIMIT 1) o
         WHERE w.status = 'active'`,
};
export const PRUNE = {
  name: 'webhook_prune',
  text: `DELETE FROM wardbell.webhook_attempt a USING (
           SELECT b.id, b.at, row_number() OVER (PARTITION BY b.webhook_id ORDER BY b.at DESC) AS n
           FROM wardbell.webhook_attempt b) r
         WHERE a.id = r.id AND (r.n > ${HISTORY.rows} OR r.at < now() - interval '${HISTORY.days} days')`,
};
