-- Who is at which patient or appointment, looking or editing: one row for each object that a connection has named and may see.
-- Only settle_object_presence() reads and writes it.
CREATE TABLE wardbell.object_presence (
  tenant_id     uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  kind          text NOT NULL CHECK (kind IN ('patient', 'appointment')),
  object_id     uuid NOT NULL,
  connection_id uuid NOT NULL,
  instance_id   uuid NOT NULL,
  user_id       text NOT NULL,
  role          text NOT NULL,
  activity      text NOT NULL CHECK (activity IN ('looking', 'editing')),
  since         timestamptz NOT NULL,
  left_at       timestamptz, -- when the connection was lost; its user may be back in a moment
  PRIMARY KEY (tenant_id, kind, object_id, connection_id)
);
CREATE INDEX object_presence_connection ON wardbell.object_presence (connection_id);
CREATE INDEX object_presence_instance ON wardbell.object_presence (instance_id);
ALTER TABLE wardbell.object_presence ENABLE ROW LEVEL SECURITY;

-- The users who may see a patient or an appointment besides tenant admins; NULL: all of the tenant. No row: there is none.
CREATE FUNCTION wardbell.object_readers(p_tenant uuid, p_kind text, p_id uuid) RETURNS TABLE (readers text[])
  LANGUAGE sql STABLE
  AS $$
  SELECT CASE WHEN p.restricted THEN p.restricted_to || ARRAY(
           SELECT g.user_id FROM wardbell.break_glass g
           WHERE g.tenant_id = p.tenant_id AND g.patient_id = p.id AND g.expires_at > now()) END
  FROM wardbell.patient p
  WHERE p.tenant_id = p_tenant AND p.id = CASE p_kind WHEN 'patient' THEN p_id ELSE
    (SELECT a.patient_id FROM wardbell.appointment a WHERE a.tenant_id = p_tenant AND a.id = p_id) END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.object_readers(uuid, text, uuid) FROM PUBLIC;

-- Takes in what connections of an instance say they are at, and which of them were lost, and returns who is at the objects of that
-- instance's connections. The first row says whether other instances have something to read.
-- p_stated: [{connection_id, tenant_id, user_id, role, objects: [{kind, id, activity}]}], all objects of each connection; those
--   that its user may not see, and those of other tenants, are left out.
-- p_lost: [{connection_id, at_once}]; at_once: nobody is waited for.
CREATE FUNCTION wardbell.settle_object_presence(
  p_instance uuid, p_alive_for interval, p_stated jsonb, p_lost jsonb
) RETURNS TABLE (
  changed boolean, tenant_id uuid, kind text, object_id uuid, readers text[],
  connection_id uuid, is_own boolean, user_id text, role text, activity text, since timestamptz
)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
#variable_conflict use_column
DECLARE
  grace      CONSTANT interval := '10 s';
  now_at     timestamptz := clock_timestamp();
  can_judge  boolean := wardbell.may_judge(p_instance, p_alive_for);
  has_put    boolean := false;
  has_left   boolean := false;
  has_ended  boolean;
BEGIN
  IF p_stated <> '[]' THEN
    WITH stated AS (
      SELECT s.* FROM jsonb_to_recordset(p_stated)
        AS s(connection_id uuid, tenant_id uuid, user_id text, role text, objects jsonb)
    ), wanted AS (
      SELECT s.tenant_id, o.kind, o.id, s.connection_id, s.user_id, s.role, o.activity
        FROM stated s
        JOIN wardbell.tenant t ON t.id = s.tenant_id
        CROSS JOIN LATERAL jsonb_to_recordset(s.objects) AS o(kind text, id uuid, activity text)
        CROSS JOIN LATERAL wardbell.object_readers(s.tenant_id, o.kind, o.id) AS r
        WHERE r.readers IS NULL OR s.role = 'tenant_admin' OR s.user_id = ANY (r.readers)
    ), put AS (
      INSERT INTO wardbell.object_presence AS p
          (tenant_id, kind, object_id, connection_id, instance_id, user_id, role, activity, since)
        SELECT w.tenant_id, w.kind, w.id, w.connection_id, p_instance, w.user_id, w.role, w.activity,
               -- one who is back after a lost connection was there all the time
               coalesce((SELECT min(o.since) FROM wardbell.object_presence o
                         WHERE o.tenant_id = w.tenant_id AND o.kind = w.kind AND o.object_id = w.id
                           AND o.user_id = w.user_id AND o.activity = w.activity), now_at)
          FROM wanted w
        ON CONFLICT ON CONSTRAINT object_presence_pkey
        DO UPDATE SET activity = excluded.activity, since = now_at, left_at = NULL
          WHERE p.activity <> excluded.activity OR p.left_at IS NOT NULL
        RETURNING 1
    ), ended AS (
      DELETE FROM wardbell.object_presence p USING stated s
        WHERE p.connection_id = s.connection_id AND NOT EXISTS (
          SELECT FROM wanted w WHERE w.connection_id = p.connection_id AND w.kind = p.kind AND w.id = p.object_id)
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM put), EXISTS (SELECT FROM ended) INTO has_put, has_left;
  END IF;
  IF p_lost <> '[]' THEN
    UPDATE wardbell.object_presence p SET left_at = CASE WHEN l.at_once THEN '-infinity' ELSE now_at END
      FROM jsonb_to_recordset(p_lost) AS l(connection_id uuid, at_once boolean)
      WHERE p.connection_id = l.connection_id AND p.left_at IS NULL;
  END IF;
  -- skipping locked rows: other instances delete the same ones
  WITH past AS (
    SELECT p.tenant_id, p.kind, p.object_id, p.connection_id FROM wardbell.object_presence p
      WHERE p.left_at <= now_at - grace
         OR p.left_at IS NULL AND can_judge AND p.instance_id <> p_instance AND NOT EXISTS (
              SELECT FROM wardbell.instance i WHERE i.id = p.instance_id AND i.heartbeat_at > now_at - p_alive_for)
      FOR UPDATE SKIP LOCKED
  ), ended AS (
    DELETE FROM wardbell.object_presence p USING past o
      WHERE p.tenant_id = o.tenant_id AND p.kind = o.kind AND p.object_id = o.object_id AND p.connection_id = o.connection_id
      RETURNING 1
  )
  SELECT EXISTS (SELECT FROM ended) INTO has_ended;
  RETURN QUERY
    SELECT has_put OR has_left OR has_ended, n.tenant_id, n.kind, n.object_id, n.readers,
           n.connection_id, n.is_own, n.user_id, n.role, n.activity, n.since
    FROM (SELECT) AS one LEFT JOIN (
      SELECT p.tenant_id, p.kind, p.object_id, r.readers, p.connection_id,
             p.instance_id = p_instance AND p.left_at IS NULL AS is_own, p.user_id, p.role, p.activity, p.since
      FROM (SELECT DISTINCT o.tenant_id, o.kind, o.object_id FROM wardbell.object_presence o
            WHERE o.instance_id = p_instance AND o.left_at IS NULL) here
      JOIN wardbell.object_presence p
        ON p.tenant_id = here.tenant_id AND p.kind = here.kind AND p.object_id = here.object_id
      CROSS JOIN LATERAL wardbell.object_readers(here.tenant_id, here.kind, here.object_id) AS r
    ) n ON true;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.settle_object_presence(uuid, interval, jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.settle_object_presence(uuid, interval, jsonb, jsonb) TO wardbell_relay;

-- The names of a new frame and of a new message, which wardbell.emit() refuses.
DO $migrate$
DECLARE
  definition text := pg_get_functiondef('wardbell.emit(uuid, text, jsonb, jsonb)'::regprocedure);
BEGIN
  ASSERT position('''stale'',' IN definition) > 0, 'wardbell.emit() names no reserved types';
  IF position('''object_presence''' IN definition) = 0 THEN
    EXECUTE replace(definition, '''stale'',', '''stale'', ''object_presence'', ''working_on'',');
  END IF;
END
$migrate$;
