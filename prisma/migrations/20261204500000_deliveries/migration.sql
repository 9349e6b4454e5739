-- Which connection was sent which event, and when: what GET /events/{id}/delivery answers from. An instance describes its
-- connections and what it wrote in the background, one statement for all tenants in each interval. A row says what is
-- true for certain, so what was not stored before an instance was killed is unknown and never "delivered".

-- Connections of people and keys to the streams of a tenant, kept after wardbell.connection has let go of them. A row
-- without a recorder was never described by its instance: the connection ended before that, or was let in and not used.
CREATE TABLE wardbell.delivery_connection (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  instance_id  uuid NOT NULL,
  recorder_id  uuid,
  user_id      text NOT NULL,
  role         text NOT NULL, -- as which it followed the stream
  transport    text NOT NULL,
  connected_at timestamptz NOT NULL,
  ended_at     timestamptz, -- as its instance says; NULL: open, or its instance was lost
  lost_at      timestamptz, -- its instance was gone by then at the latest
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX delivery_connection_user ON wardbell.delivery_connection (tenant_id, user_id, connected_at);
CREATE INDEX delivery_connection_open ON wardbell.delivery_connection (instance_id)
  WHERE ended_at IS NULL AND lost_at IS NULL;
CREATE INDEX delivery_connection_connected ON wardbell.delivery_connection USING brin (connected_at);

-- Parts of the log that a connection was to get, with the filter that it had meanwhile. `live`: it got what its instance
-- wrote to all live connections (wardbell.delivery_write). `replay`: it was sent this part by itself, at `at`.
CREATE TABLE wardbell.delivery_span (
  tenant_id     uuid NOT NULL,
  connection_id uuid NOT NULL,
  n             integer NOT NULL, -- counts the spans of a connection
  recorder_id   uuid NOT NULL,
  is_live       boolean NOT NULL,
  after_seq     bigint NOT NULL, -- exclusive
  to_seq        bigint, -- inclusive; NULL while it is live
  unsure_after  bigint, -- later events of it may have waited in the instance and never left it
  topics        text[] NOT NULL,
  types         jsonb, -- names; NULL: all
  at            timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, connection_id, n)
);
CREATE INDEX delivery_span_at ON wardbell.delivery_span USING brin (at);

-- What an instance wrote to its live connections of a tenant. `recorder_id` names an instance from one gap in its
-- records to the next.
CREATE TABLE wardbell.delivery_write (
  tenant_id   uuid NOT NULL,
  recorder_id uuid NOT NULL,
  from_seq    bigint NOT NULL,
  to_seq      bigint NOT NULL, -- inclusive
  from_at     timestamptz NOT NULL,
  to_at       timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, recorder_id, from_seq)
);
CREATE INDEX delivery_write_at ON wardbell.delivery_write USING brin (to_at);

-- One row: events before this time have no records any more, or never had any.
CREATE TABLE wardbell.delivery_horizon (
  is_only    boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  kept_since timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO wardbell.delivery_horizon DEFAULT VALUES;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['delivery_connection', 'delivery_span', 'delivery_write'] LOOP
    EXECUTE format('ALTER TABLE wardbell.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON wardbell.%I FOR SELECT TO wardbell_app
                    USING (tenant_id = wardbell.current_tenant())', name);
    EXECUTE format('CREATE POLICY relay ON wardbell.%I FOR ALL TO wardbell_relay
                    USING (true) WITH CHECK (true)', name);
    EXECUTE format('GRANT SELECT ON wardbell.%I TO wardbell_app', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.%I TO wardbell_relay', name);
  END LOOP;
END
$$;
GRANT SELECT ON wardbell.delivery_horizon TO wardbell_app;
GRANT SELECT, UPDATE ON wardbell.delivery_horizon TO wardbell_relay;

-- Keeps a connection that its instance has not described. The usual one has a row by now, and nothing is written.
CREATE FUNCTION wardbell.keep_connections() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  INSERT INTO wardbell.delivery_connection
    (tenant_id, id, instance_id, user_id, role, transport, connected_at)
  SELECT c.tenant_id, c.id, c.instance_id, c.user_id, c.role, c.transport, c.connected_at
    FROM gone c WHERE c.tenant_id IS NOT NULL
    ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;
CREATE TRIGGER keep AFTER DELETE ON wardbell.connection
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION wardbell.keep_connections();

-- Ends the connections of instances that were killed: they lived for one interval of heartbeats (5 s) at most after the
-- last one, and a moment more.
CREATE FUNCTION wardbell.lose_connections() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  UPDATE wardbell.delivery_connection d SET lost_at = g.heartbeat_at + interval '7 s'
    FROM gone g WHERE d.instance_id = g.id AND d.ended_at IS NULL AND d.lost_at IS NULL;
  RETURN NULL;
END
$$;
CREATE TRIGGER lose AFTER DELETE ON wardbell.instance
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION wardbell.lose_connections();

-- Deletes records that are older than p_retention, and further ones while there are more than about p_max_rows. A
-- connection that is open is kept, whatever its age.
CREATE FUNCTION wardbell.prune_deliveries(p_retention interval, p_max_rows bigint) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  cutoff    timestamptz := now() - p_retention;
  horizon   timestamptz;
  row_count bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('wardbell.prune_deliveries', 0)) THEN
    RETURN; -- another instance is at it
  END IF;
  SELECT h.kept_since INTO horizon FROM wardbell.delivery_horizon h;
  SELECT sum(greatest(c.reltuples, 0)) INTO row_count FROM pg_class c
    WHERE c.oid IN ('wardbell.delivery_connection'::regclass, 'wardbell.delivery_span'::regclass,
                    'wardbell.delivery_write'::regclass);
  cutoff := greatest(cutoff, horizon);
  IF row_count > p_max_rows THEN
    cutoff := cutoff + (now() - cutoff) * (1 - p_max_rows::float8 / row_count);
  END IF;
  IF cutoff <= horizon THEN
    RETURN;
  END IF;
  -- first, so that an answer never takes a record that is gone for one that was never written
  UPDATE wardbell.delivery_horizon h SET kept_since = cutoff WHERE h.kept_since < cutoff;
  DELETE FROM wardbell.delivery_write w WHERE w.to_at < cutoff;
  DELETE FROM wardbell.delivery_connection d
    WHERE d.connected_at < cutoff AND coalesce(d.ended_at, d.lost_at, 'infinity') < cutoff;
  DELETE FROM wardbell.delivery_connection d
    WHERE d.connected_at < cutoff - interval '1 day' AND d.ended_at IS NULL
      AND NOT EXISTS (SELECT FROM wardbell.connection c WHERE c.id = d.id);
  DELETE FROM wardbell.delivery_span s
    WHERE s.at < cutoff AND NOT EXISTS (
      SELECT FROM wardbell.delivery_connection d WHERE d.tenant_id = s.tenant_id AND d.id = s.connection_id);
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.keep_connections(), wardbell.lose_connections(),
  wardbell.prune_deliveries(interval, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.prune_deliveries(interval, bigint) TO wardbell_relay;

-- Events are found by their id, too.
CREATE INDEX outbox_id ON wardbell.outbox (id);
