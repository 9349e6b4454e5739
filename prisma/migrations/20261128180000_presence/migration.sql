-- Presence: the status of each user of a tenant, derived from the rows of wardbell.connection. Rows of users that went
-- offline are kept for a day.
CREATE TABLE wardbell.presence (
  tenant_id  uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  user_id    text NOT NULL,
  online     boolean NOT NULL,
  since      timestamptz NOT NULL, -- time of the last change of `online`
  offline_at timestamptz, -- set while an online user has no connection: the user is offline from then on
  version    bigint NOT NULL, -- number of the last change of `online`, see wardbell.presence_clock
  PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX presence_version ON wardbell.presence (version);
CREATE INDEX presence_offline_at ON wardbell.presence (offline_at) WHERE offline_at IS NOT NULL;

-- One row. Its lock serializes changes of presence, so their numbers follow the order of commits, and an instance that
-- reads "everything after n" misses none.
CREATE TABLE wardbell.presence_clock (
  is_only  boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  version  bigint NOT NULL DEFAULT 0,
  swept_at timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO wardbell.presence_clock DEFAULT VALUES;

ALTER TABLE wardbell.presence ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON wardbell.presence FOR ALL TO wardbell_app
  USING (tenant_id = wardbell.current_tenant()) WITH CHECK (tenant_id = wardbell.current_tenant());
CREATE POLICY relay ON wardbell.presence FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
GRANT SELECT ON wardbell.presence TO wardbell_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.presence TO wardbell_relay;
GRANT SELECT, UPDATE ON wardbell.presence_clock TO wardbell_relay;

-- Brings presence in line with the connections: of users whose connections have just changed ([{tenant_id, user_id}]),
-- and of all users whose 10 s are over. Returns the changes after p_since, at most 1,000. Every 3 s, or with p_sweep, it
-- also compares all rows, for what an instance that died did not report: users of an instance without a heartbeat for
-- p_alive_for are offline at once. Returns at least one row; latest is the number of the newest change, is_own is true
-- for a change that this call made.
CREATE FUNCTION wardbell.settle_presence(
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
  person      record;
BEGIN
  SELECT * INTO clock FROM wardbell.presence_clock;
  IF p_sweep OR clock.swept_at < now_at - sweep_every OR p_users <> '[]'
     OR EXISTS (SELECT FROM wardbell.presence p WHERE p.offline_at <= now_at) THEN
    SELECT * INTO clock FROM wardbell.presence_clock FOR UPDATE;
    first_own := clock.version;
    now_at := clock_timestamp(); -- this waited for the lock
    is_sweep := p_sweep OR clock.swept_at < now_at - sweep_every;
    can_judge := wardbell.may_judge(p_instance, p_alive_for);
    FOR person IN
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
      )
      SELECT a.tenant_id, a.user_id, a.has_changed, p.online, p.offline_at, count(c.id) AS rows,
             count(c.id) FILTER (WHERE i.heartbeat_at > now_at - p_alive_for OR NOT can_judge) AS live
        FROM (SELECT d.tenant_id, d.user_id, bool_or(d.has_changed) AS has_changed FROM asked d GROUP BY 1, 2) a
        JOIN wardbell.tenant t ON t.id = a.tenant_id
        LEFT JOIN wardbell.presence p ON p.tenant_id = a.tenant_id AND p.user_id = a.user_id
        LEFT JOIN wardbell.connection c ON c.tenant_id = a.tenant_id AND c.user_id = a.user_id
        LEFT JOIN wardbell.instance i ON i.id = c.instance_id
        WHERE NOT starts_with(a.user_id, 'key:')
        GROUP BY a.tenant_id, a.user_id, a.has_changed, p.online, p.offline_at
    LOOP
      IF person.live > 0 AND person.online IS NOT TRUE THEN
        clock.version := clock.version + 1;
        INSERT INTO wardbell.presence AS p (tenant_id, user_id, online, since, version)
          VALUES (person.tenant_id, person.user_id, true, now_at, clock.version)
          ON CONFLICT ON CONSTRAINT presence_pkey
          DO UPDATE SET online = true, since = now_at, offline_at = NULL, version = excluded.version;
      ELSIF person.live > 0 AND person.offline_at IS NOT NULL THEN
        UPDATE wardbell.presence p SET offline_at = NULL
          WHERE p.tenant_id = person.tenant_id AND p.user_id = person.user_id;
      ELSIF person.live = 0 AND person.online AND NOT person.has_changed
            AND (person.offline_at <= now_at OR person.offline_at IS NULL AND person.rows > 0) THEN
        clock.version := clock.version + 1;
        UPDATE wardbell.presence p SET online = false, since = now_at, offline_at = NULL, version = clock.version
          WHERE p.tenant_id = person.tenant_id AND p.user_id = person.user_id;
      ELSIF person.live = 0 AND person.online AND (person.has_changed OR person.offline_at IS NULL) THEN
        -- also when it is set: a connection may have come and gone since
        UPDATE wardbell.presence p SET offline_at = now_at + grace
          WHERE p.tenant_id = person.tenant_id AND p.user_id = person.user_id;
      END IF;
    END LOOP;
    IF is_sweep OR clock.version > first_own THEN
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
REVOKE EXECUTE ON FUNCTION wardbell.settle_presence(uuid, interval, jsonb, boolean, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.settle_presence(uuid, interval, jsonb, boolean, bigint) TO wardbell_relay;
