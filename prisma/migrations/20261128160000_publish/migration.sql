-- Events from outside the database: POST /events and whatever else publishes in the name of a tenant.

-- What a frame carries as `cloud_event`: the context attributes of a CloudEvent (id, source, subject, time, extensions).
ALTER TABLE wardbell.outbox ADD COLUMN cloud_event jsonb;

-- CloudEvents of the last 24 hours, so that one is taken once. Written in the transaction that publishes: a repetition
-- waits for the first to commit, on whichever instance it is. `key` is the SHA-256 of source and id, because an index
-- row has a limited size.
CREATE TABLE wardbell.publication (
  tenant_id  uuid NOT NULL,
  key        bytea NOT NULL,
  id         uuid NOT NULL,
  seq        bigint NOT NULL,
  type       text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key)
);
CREATE INDEX publication_created ON wardbell.publication (created_at);
ALTER TABLE wardbell.publication ENABLE ROW LEVEL SECURITY;
CREATE POLICY relay ON wardbell.publication FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
GRANT SELECT, DELETE ON wardbell.publication TO wardbell_relay; -- pruning

-- Publishes events of a tenant, in order, with consecutive numbers. Call it last: it holds the head's lock until the
-- transaction ends. p_events: [{id, type, data, audience?, cloud_event?, key?}]; `id` is the event's id, `key` (hex)
-- makes it one that is taken once in 24 hours. Answers a row for each event in the same order: the event itself, or the
-- one that was published first under its key. `data` and `cloud_event` are answered for new events, as the log has them.
CREATE FUNCTION wardbell.publish(p_tenant uuid, p_actor text, p_events jsonb)
  RETURNS TABLE (is_new boolean, id uuid, seq bigint, type text, created_at timestamptz, data text, cloud_event text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
#variable_conflict use_column
DECLARE
  head  record;
  total bigint := jsonb_array_length(p_events);
BEGIN
  IF p_tenant IS DISTINCT FROM wardbell.current_tenant()
     AND NOT pg_has_role(session_user, 'wardbell_relay', 'USAGE') THEN
    RAISE EXCEPTION 'tenant is not the one of this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM wardbell.commit_durably();

  IF jsonb_path_exists(p_events, '$[*].key') THEN
    -- Before the head is locked, and in the order of keys: two batches that share keys cannot deadlock.
    INSERT INTO wardbell.publication AS p (tenant_id, key, id, seq, type, created_at)
      SELECT p_tenant, c.key, c.id, 0, c.type, clock_timestamp() FROM (
        SELECT DISTINCT ON (e.value->>'key') decode(e.value->>'key', 'hex') AS key, (e.value->>'id')::uuid AS id,
               e.value->>'type' AS type
        FROM jsonb_array_elements(p_events) WITH ORDINALITY AS e
        WHERE e.value ? 'key'
        ORDER BY e.value->>'key', e.ordinality
      ) c
      ORDER BY c.key
      ON CONFLICT (tenant_id, key) DO UPDATE
        SET id = excluded.id, seq = 0, type = excluded.type, created_at = excluded.created_at
        WHERE p.created_at <= clock_timestamp() - interval '24 hours';
    -- A new statement, so that it sees the rows of those that it has waited for.
    SELECT count(*) INTO total
      FROM jsonb_array_elements(p_events) e
      LEFT JOIN wardbell.publication p ON p.tenant_id = p_tenant AND p.key = decode(e.value->>'key', 'hex')
      WHERE NOT e.value ? 'key' OR p.id = (e.value->>'id')::uuid;
  END IF;

  IF total > 0 THEN
    SELECT * INTO head FROM wardbell.lock_head(p_tenant);
    IF head.place IS NULL THEN
      RAISE EXCEPTION 'unknown tenant' USING ERRCODE = 'foreign_key_violation';
    END IF;
    PERFORM wardbell.advance_head(p_tenant, head.place, head.seq + total, head.audit_seq, head.audit_hash);
  ELSE
    SELECT 0::bigint AS seq INTO head;
  END IF;

  RETURN QUERY
    WITH event AS MATERIALIZED (
      SELECT e.*, CASE WHEN e.key IS NULL THEN e.id
                       ELSE first_value(e.id) OVER (PARTITION BY e.key ORDER BY e.place) END AS first_id
      FROM (
        SELECT v.ordinality AS place, (v.value->>'id')::uuid AS id, v.value->>'type' AS type, v.value->'data' AS data,
               v.value->'audience' AS audience, v.value->'cloud_event' AS cloud_event,
               decode(v.value->>'key', 'hex') AS key
        FROM jsonb_array_elements(p_events) WITH ORDINALITY AS v
      ) e
    ), fresh AS MATERIALIZED (
      SELECT e.*, row_number() OVER (ORDER BY e.place) AS number
      FROM event e LEFT JOIN wardbell.publication p ON p.tenant_id = p_tenant AND p.key = e.key
      WHERE e.key IS NULL OR p.id = e.id
    ), written AS (
      INSERT INTO wardbell.outbox (tenant_id, seq, id, type, data, audience, actor_id, cloud_event)
      SELECT p_tenant, head.seq + f.number, f.id, f.type, f.data, f.audience, p_actor, f.cloud_event
      FROM fresh f ORDER BY f.number
      RETURNING id, seq, type, created_at, data::text AS data, cloud_event::text AS cloud_event
    ), noted AS (
      UPDATE wardbell.publication p SET seq = w.seq, created_at = w.created_at
      FROM fresh f JOIN written w ON w.id = f.id
      WHERE p.tenant_id = p_tenant AND p.key = f.key
    )
    SELECT w.id IS NOT DISTINCT FROM e.id, coalesce(w.id, p.id), coalesce(w.seq, p.seq), coalesce(w.type, p.type),
           coalesce(w.created_at, p.created_at), CASE WHEN w.id = e.id THEN w.data END,
           CASE WHEN w.id = e.id THEN w.cloud_event END
    FROM event e
    LEFT JOIN written w ON w.id = e.first_id
    LEFT JOIN wardbell.publication p ON w.id IS NULL AND p.tenant_id = p_tenant AND p.key = e.key
    ORDER BY e.place;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.publish(uuid, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.publish(uuid, text, jsonb) TO wardbell_app, wardbell_relay;

-- Names of frames that later versions send: wardbell.emit() refuses them, whatever else its present body does.
DO $migrate$
DECLARE
  definition text := pg_get_functiondef('wardbell.emit(uuid, text, jsonb, jsonb)'::regprocedure);
BEGIN
  ASSERT position('''stale'',' IN definition) > 0, 'wardbell.emit() names no reserved types';
  IF position('''inbox_changed''' IN definition) = 0 THEN
    EXECUTE replace(definition, '''stale'',', '''stale'', ''closed'', ''inbox_changed'', ''notification_progress'',');
  END IF;
END
$migrate$;
