-- As before, and a user whose connection came and went before it was looked at is announced as offline once more: the list
-- of GET /presence may have shown the connection, and no later change would have told its readers that it has gone.
CREATE OR REPLACE FUNCTION wardbell.settle_presence(
  p_instance uuid, p_alive_for interval, p_users jsonb, p_sweep boolean, p_since bigint
) RETURNS TABLE (latest bigint, version bigint, tenant_id uuid, user_id text, online boolean, is_own boolean)
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  AS $$
#variable_conflict use_column
DECLARE
  grace       CONSTANT interval := '10 s';
  sweep_every CONSTANT interval := '3 s';
  clock       wardbell.presence_clock;
  now_at      timestamptz := clock_timestamp();
  is_sweep    boolean;
  can_judge   boolean;
  first_own   bigint := 9223372036854775807; -- none
  changes     bigint;
BEGIN
  SELECT * INTO clock FROM wardbell.presence_clock;
  IF p_sweep OR clock.swept_at < now_at - sweep_every OR p_users <> '[]'
     OR EXISTS (SELECT FROM wardbell.presence p WHERE p.offline_at <= now_at) THEN
    SELECT * INTO clock FROM wardbell.presence_clock FOR UPDATE;
    first_own := clock.version;
    now_at := clock_timestamp(); -- this waited for the lock
    is_sweep := p_sweep OR clock.swept_at < now_at - sweep_every;
    can_judge := wardbell.may_judge(p_instance, p_alive_for);
    WITH asked AS (
      SELECT r.tenant_id, r.user_id, true AS has_changed
        FROM jsonb_to_recordset(p_users) AS r(tenant_id uuid, user_id text)
      UNION ALL
      SELECT p.tenant_id, p.user_id, false FROM wardbell.presence p WHERE p.offline_at <= now_at
      UNION ALL
      SELECT p.tenant_id, p.user_id, false FROM wardbell.presence p
        WHERE is_sweep AND p.online AND p.offline_at IS NULL AND NOT EXISTS (
          SELECT FROM wardbell.connection c WHERE c.tenant_id = p.tenant_id AND c.user_id = p.user_id)
      UNION ALL
      SELECT c.tenant_id, c.user_id, false FROM wardbell.connection c
        WHERE is_sweep AND c.tenant_id IS NOT NULL AND NOT EXISTS (
          SELECT FROM wardbell.presence p WHERE p.tenant_id = c.tenant_id AND p.user_id = c.user_id
            AND p.online AND p.offline_at IS NULL)
      UNION ALL
      SELECT c.tenant_id, c.user_id, false
        FROM wardbell.instance i JOIN wardbell.connection c ON c.instance_id = i.id
        WHERE is_sweep AND can_judge AND i.heartbeat_at <= now_at - p_alive_for
    ), person AS (
      SELECT a.tenant_id, a.user_id, a.has_changed, p.online, p.offline_at, count(c.id) AS rows,
             count(c.id) FILTER (WHERE i.heartbeat_at > now_at - p_alive_for OR NOT can_judge) AS live
        FROM (SELECT d.tenant_id, d.user_id, bool_or(d.has_changed) AS has_changed FROM asked d GROUP BY 1, 2) a
        JOIN wardbell.tenant t ON t.id = a.tenant_id
        LEFT JOIN wardbell.presence p ON p.tenant_id = a.tenant_id AND p.user_id = a.user_id
        LEFT JOIN wardbell.connection c ON c.tenant_id = a.tenant_id AND c.user_id = a.user_id
        LEFT JOIN wardbell.instance i ON i.id = c.instance_id
        WHERE NOT starts_with(a.user_id, 'key:')
        GROUP BY a.tenant_id, a.user_id, a.has_changed, p.online, p.offline_at
    ), judged AS (
      SELECT n.tenant_id, n.user_id, CASE
          WHEN n.live > 0 AND n.online IS NOT TRUE THEN 'online'
          WHEN n.live > 0 AND n.offline_at IS NOT NULL THEN 'back'
          WHEN n.live = 0 AND n.online AND NOT n.has_changed
               AND (n.offline_at <= now_at OR n.offline_at IS NULL AND n.rows > 0) THEN 'offline'
          -- also when offline_at is set: a connection may have come and gone since
          WHEN n.live = 0 AND n.online AND (n.has_changed OR n.offline_at IS NULL) THEN 'leaving'
          WHEN n.live = 0 AND n.online IS NOT TRUE AND n.has_changed THEN 'visited'
        END AS turn
        FROM person n
    ), numbered AS (
      SELECT j.tenant_id, j.user_id, j.turn, clock.version + row_number() OVER () AS number
        FROM judged j WHERE j.turn IN ('online', 'offline', 'visited')
    ), arrived AS (
      INSERT INTO wardbell.presence AS p (tenant_id, user_id, online, since, version)
        SELECT n.tenant_id, n.user_id, n.turn = 'online', now_at, n.number
          FROM numbered n WHERE n.turn IN ('online', 'visited')
        ON CONFLICT ON CONSTRAINT presence_pkey
        DO UPDATE SET online = excluded.online, since = now_at, offline_at = NULL, version = excluded.version
    ), gone AS (
      UPDATE wardbell.presence p SET online = false, since = now_at, offline_at = NULL, version = n.number
        FROM numbered n WHERE n.turn = 'offline' AND p.tenant_id = n.tenant_id AND p.user_id = n.user_id
    ), waiting AS (
      UPDATE wardbell.presence p SET offline_at = CASE WHEN j.turn = 'leaving' THEN now_at + grace END
        FROM judged j WHERE j.turn IN ('back', 'leaving') AND p.tenant_id = j.tenant_id AND p.user_id = j.user_id
    )
    SELECT count(*) INTO changes FROM numbered;
    clock.version := clock.version + changes;
    IF is_sweep OR changes > 0 THEN
      UPDATE wardbell.presence_clock c
        SET version = clock.version, swept_at = CASE WHEN is_sweep THEN now_at ELSE c.swept_at END;
    END IF;
  END IF;
  RETURN QUERY
    SELECT c.version, p.version, p.tenant_id, p.user_id, p.online, p.version > first_own
    FROM wardbell.presence_clock c LEFT JOIN wardbell.presence p ON p.version > p_since
    ORDER BY p.version LIMIT 1000;
END
$$;
