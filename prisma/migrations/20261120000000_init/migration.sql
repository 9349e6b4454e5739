-- The schema of Wardbell. Three roles share it:
--   the owner           migrates and makes the run-time roles, never serves
--   wardbell_app        serves one tenant at a time, confined by row-level security
--   wardbell_relay      reads the log of all tenants for the hub, keeps accounts, tenants and sockets;
--                       it has no grant on patients and appointments
-- Roles are cluster-wide: another database of the same cluster may have made them already.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wardbell_app') THEN
    CREATE ROLE wardbell_app NOLOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wardbell_relay') THEN
    CREATE ROLE wardbell_relay NOLOGIN;
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL; -- a migration of a sibling database was faster
END
$$;

CREATE SCHEMA IF NOT EXISTS wardbell;
REVOKE ALL ON SCHEMA wardbell FROM PUBLIC;
GRANT USAGE ON SCHEMA wardbell TO wardbell_app, wardbell_relay;

-- Both are trusted extensions: a database owner may create them without being superuser.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

-- The tenant of this transaction. After a local set_config has ended the setting is '', not NULL.
CREATE FUNCTION wardbell.current_tenant() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT NULLIF(current_setting('wardbell.tenant_id', true), '')::uuid $$;

------------------------------------------------------------------------------------------ installation

-- One row. `epoch` names this history of events: it changes when the history was replaced (a restore).
-- `fingerprint` is how a replaced history is noticed, see wardbell.check_epoch().
CREATE TABLE wardbell.installation (
  singleton   boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  epoch       uuid NOT NULL DEFAULT gen_random_uuid(),
  fingerprint text NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL DEFAULT now()
);
INSERT INTO wardbell.installation DEFAULT VALUES;

----------------------------------------------------------------------------------------------- tenants

CREATE TABLE wardbell.tenant (
  id                               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name                             text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  slug                             text NOT NULL UNIQUE,
  status                           text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
  time_zone                        text NOT NULL DEFAULT 'UTC',
  max_connections                  integer CHECK (max_connections >= 0),
  max_connections_per_user         integer CHECK (max_connections_per_user >= 1),
  max_messages_per_minute          integer CHECK (max_messages_per_minute >= 1),
  ceiling_connections              integer CHECK (ceiling_connections >= 0),
  ceiling_connections_per_user     integer CHECK (ceiling_connections_per_user >= 1),
  ceiling_messages_per_minute      integer CHECK (ceiling_messages_per_minute >= 1),
  version                          integer NOT NULL DEFAULT 1,
  created_at                       timestamptz NOT NULL DEFAULT now(),
  updated_at                       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tenant_name ON wardbell.tenant (lower(name), id);

-- Numbers of a tenant's log and of its audit chain. The row is updated last in each transaction, so its lock
-- orders commits. The nil tenant is the installation itself: it has an audit chain and no events. No foreign
-- key: the audit chain outlives its tenant.
CREATE TABLE wardbell.tenant_head (
  tenant_id  uuid PRIMARY KEY,
  seq        bigint NOT NULL DEFAULT 0,
  audit_seq  bigint NOT NULL DEFAULT 0,
  audit_hash bytea NOT NULL DEFAULT '\x'
) WITH (fillfactor = 50); -- updated by every write: room for HOT
INSERT INTO wardbell.tenant_head (tenant_id) VALUES ('00000000-0000-0000-0000-000000000000');

CREATE FUNCTION wardbell.create_tenant_head() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  INSERT INTO wardbell.tenant_head (tenant_id) VALUES (NEW.id);
  RETURN NEW;
END
$$;
CREATE TRIGGER tenant_head AFTER INSERT ON wardbell.tenant
  FOR EACH ROW EXECUTE FUNCTION wardbell.create_tenant_head();

------------------------------------------------------------------------------------- people and sessions

-- A deleted user stays as a row without address and password, so that a token of theirs is still known to
-- be revoked and the audit log can name them.
CREATE TABLE wardbell.user_account (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id     uuid REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  email         text UNIQUE CHECK (email = lower(email)),
  name          text NOT NULL,
  role          text NOT NULL CHECK (role IN ('super_admin', 'tenant_admin', 'clinician', 'front_desk')),
  status        text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
  password_hash text,
  version       integer NOT NULL DEFAULT 1,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  deleted_at    timestamptz,
  CHECK ((role = 'super_admin') = (tenant_id IS NULL)),
  CHECK ((deleted_at IS NULL) = (email IS NOT NULL))
);
CREATE INDEX user_account_tenant ON wardbell.user_account (tenant_id, email) WHERE deleted_at IS NULL;

-- A signed-in session: a chain of refresh tokens on one device. No foreign key on the user's tenant:
-- a revoked session must stay known as long as an access token of it may live.
CREATE TABLE wardbell.auth_session (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id      uuid NOT NULL REFERENCES wardbell.user_account (id) ON DELETE CASCADE,
  tenant_id    uuid,
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  revoked_at   timestamptz,
  revoked_why  text
);
CREATE INDEX auth_session_user ON wardbell.auth_session (user_id) WHERE revoked_at IS NULL;
CREATE INDEX auth_session_expiry ON wardbell.auth_session (expires_at);

CREATE TABLE wardbell.refresh_token (
  hash       bytea PRIMARY KEY, -- SHA-256 of the token: the table alone lets nobody in
  session_id uuid NOT NULL REFERENCES wardbell.auth_session (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  used_at    timestamptz
);
CREATE INDEX refresh_token_session ON wardbell.refresh_token (session_id);

-- Failed sign-ins, for the limit on attempts; pruned after a day.
CREATE TABLE wardbell.login_failure (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email_hash bytea NOT NULL,
  address    text NOT NULL,
  at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX login_failure_email ON wardbell.login_failure (email_hash, at);
CREATE INDEX login_failure_address ON wardbell.login_failure (address, at);

------------------------------------------------------------------------------- patients and appointments

-- Foreign keys and uniques bypass row-level security, so keys are composite: no other tenant's row can be
-- referenced or probed for.
CREATE TABLE wardbell.patient (
  tenant_id   uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  id          uuid NOT NULL DEFAULT gen_random_uuid(),
  mrn         text NOT NULL,
  first_name  text NOT NULL,
  last_name   text NOT NULL,
  birth_date  date,
  gender      text NOT NULL DEFAULT 'unknown' CHECK (gender IN ('male', 'female', 'other', 'unknown')),
  phone       text,
  email       text,
  notes       text,
  version     integer NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  sort_name   text COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(last_name) || ', ' || lower(first_name)) STORED,
  search_text text NOT NULL GENERATED ALWAYS AS (
    lower(last_name || ' ' || first_name || ' ' || mrn || ' ' || coalesce(phone, ''))
  ) STORED,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, mrn)
);
CREATE INDEX patient_sort ON wardbell.patient (tenant_id, sort_name, id);
CREATE INDEX patient_search ON wardbell.patient USING gin (tenant_id, search_text gin_trgm_ops);

CREATE TABLE wardbell.appointment (
  tenant_id           uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  id                  uuid NOT NULL DEFAULT gen_random_uuid(),
  patient_id          uuid NOT NULL,
  datetime            timestamptz,
  duration_minutes    integer NOT NULL DEFAULT 30 CHECK (duration_minutes BETWEEN 1 AND 1440),
  type                text NOT NULL,
  status              text NOT NULL DEFAULT 'booked' CHECK (status IN ('proposed', 'pending', 'booked',
                        'arrived', 'checked-in', 'fulfilled', 'cancelled', 'noshow', 'entered-in-error',
                        'waitlist')),
  practitioner        text,
  room                text,
  reason              text,
  cancellation_reason text,
  version             integer NOT NULL DEFAULT 1,
  created_at          timestamptz NOT NULL DEFAULT now(),
  updated_at          timestamptz NOT NULL DEFAULT now(),
  -- without a time: at the end of the list
  sort_at             timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(datetime, 'infinity')) STORED,
  PRIMARY KEY (tenant_id, id),
  -- no cascade: a deletion of the patient would take appointments with it without an event
  FOREIGN KEY (tenant_id, patient_id) REFERENCES wardbell.patient (tenant_id, id)
);
CREATE INDEX appointment_sort ON wardbell.appointment (tenant_id, sort_at, id);
CREATE INDEX appointment_patient ON wardbell.appointment (tenant_id, patient_id, sort_at, id);

-- Search runs as the owner because LIKE is not leakproof: under row-level security the planner may not use
-- the trigram index for it, and 100,000 patients would be read for each key stroke. The function confines
-- itself to the tenant of the transaction. `p_patterns` are LIKE patterns, lower-cased and escaped.
-- One condition a pattern, since `LIKE ALL (array)` is none for an index. The text of the statement is made of
-- numbers only, so no pattern, which is a patient's name, is ever part of a statement that PostgreSQL may
-- log; it is planned each time (0.2 ms), because a rare word wants the index of trigrams and a frequent one
-- the index of names.
CREATE FUNCTION wardbell.search_patients(
  p_patterns text[], p_after_name text, p_after_id uuid, p_limit integer
) RETURNS SETOF uuid
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  conditions text;
BEGIN
  SELECT string_agg(format('AND p.search_text LIKE ($2)[%s]', n), ' ') INTO conditions
    FROM generate_subscripts(p_patterns, 1) AS n;
  RETURN QUERY EXECUTE
    'SELECT p.id FROM wardbell.patient p WHERE p.tenant_id = $1 ' || coalesce(conditions, '') ||
    ' AND ($4 IS NULL OR (p.sort_name, p.id) > ($3, $4)) ORDER BY p.sort_name, p.id LIMIT least($5, 1000)'
    USING wardbell.current_tenant(), p_patterns, p_after_name, p_after_id, p_limit;
END
$$;

----------------------------------------------------------------------------------------------- the log

-- Inserted once, never updated; dropped whole by day.
CREATE TABLE wardbell.outbox (
  tenant_id  uuid NOT NULL,
  seq        bigint NOT NULL,
  id         uuid NOT NULL DEFAULT gen_random_uuid(),
  type       text NOT NULL,
  data       jsonb NOT NULL,
  audience   jsonb,
  actor_id   text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, seq, created_at)
) PARTITION BY RANGE (created_at);
-- Takes rows of a day whose partition could not be made in time, so that writes go on.
CREATE TABLE wardbell.outbox_default PARTITION OF wardbell.outbox DEFAULT;

CREATE TABLE wardbell.audit (
  scope       uuid NOT NULL, -- the tenant, or nil for the installation
  seq         bigint NOT NULL,
  id          uuid NOT NULL DEFAULT gen_random_uuid(),
  at          timestamptz NOT NULL,
  actor_id    text,
  actor_role  text,
  action      text NOT NULL,
  object_type text,
  object_id   text,
  patient_id  uuid,
  address     text,
  changed     text[] NOT NULL DEFAULT '{}', -- names of fields, never values
  hash        bytea NOT NULL,
  PRIMARY KEY (scope, seq)
);
CREATE INDEX audit_patient ON wardbell.audit (scope, patient_id, seq) WHERE patient_id IS NOT NULL;
CREATE INDEX audit_actor ON wardbell.audit (scope, actor_id, seq);
CREATE INDEX audit_at ON wardbell.audit (scope, at);

CREATE FUNCTION wardbell.audit_hash(p_prev bytea, p_row wardbell.audit) RETURNS bytea
  LANGUAGE sql STABLE
  AS $$
  SELECT sha256(p_prev || convert_to(jsonb_build_array(
    p_row.scope, p_row.seq, p_row.id, extract(epoch FROM p_row.at), p_row.actor_id, p_row.actor_role,
    p_row.action, p_row.object_type, p_row.object_id, p_row.patient_id, p_row.address, p_row.changed)::text,
    'UTF8'))
$$;

-- The last statement of a unit of work: numbers its events and audit rows. Holds the head's row lock from
-- here to the commit, one round trip. Runs as the owner, so that the run-time roles cannot write the log,
-- the heads or the audit in any other way.
CREATE FUNCTION wardbell.append(p_tenant uuid, p_events jsonb, p_audits jsonb)
  RETURNS TABLE (seq bigint, id uuid, created_at timestamptz)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
#variable_conflict use_column
DECLARE
  head   wardbell.tenant_head;
  entry  jsonb;
  record wardbell.audit;
BEGIN
  IF p_tenant IS DISTINCT FROM wardbell.current_tenant()
     AND NOT pg_has_role(session_user, 'wardbell_relay', 'USAGE') THEN
    RAISE EXCEPTION 'tenant is not the one of this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT * INTO head FROM wardbell.tenant_head h WHERE h.tenant_id = p_tenant FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'unknown tenant' USING ERRCODE = 'foreign_key_violation';
  END IF;

  FOR entry IN SELECT value FROM jsonb_array_elements(p_audits) LOOP
    record := jsonb_populate_record(NULL::wardbell.audit, entry);
    head.audit_seq := head.audit_seq + 1;
    record.scope := p_tenant;
    record.seq := head.audit_seq;
    record.id := gen_random_uuid();
    record.at := clock_timestamp();
    record.changed := coalesce(record.changed, '{}');
    record.hash := wardbell.audit_hash(head.audit_hash, record);
    head.audit_hash := record.hash;
    INSERT INTO wardbell.audit SELECT record.*;
  END LOOP;

  RETURN QUERY
    INSERT INTO wardbell.outbox (tenant_id, seq, type, data, audience, actor_id)
    SELECT p_tenant, head.seq + e.ordinality, e.value->>'type', e.value->'data',
           NULLIF(e.value->'audience', 'null'::jsonb), e.value->>'actor_id'
    FROM jsonb_array_elements(p_events) WITH ORDINALITY AS e
    RETURNING seq, id, created_at;

  UPDATE wardbell.tenant_head h
  SET seq = head.seq + jsonb_array_length(p_events),
      audit_seq = head.audit_seq,
      audit_hash = head.audit_hash
  WHERE h.tenant_id = p_tenant;
END
$$;

-- Checks a chain: how many rows were checked, and the first whose hash is not what it must be. A missing
-- tail is noticed by the head.
CREATE FUNCTION wardbell.verify_audit(p_scope uuid) RETURNS TABLE (checked bigint, first_bad bigint)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  prev   bytea := '\x';
  record wardbell.audit;
  head   wardbell.tenant_head;
BEGIN
  IF p_scope IS DISTINCT FROM wardbell.current_tenant()
     AND NOT pg_has_role(session_user, 'wardbell_relay', 'USAGE') THEN
    RAISE EXCEPTION 'tenant is not the one of this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT * INTO head FROM wardbell.tenant_head h WHERE h.tenant_id = p_scope;
  checked := 0;
  FOR record IN SELECT * FROM wardbell.audit a WHERE a.scope = p_scope ORDER BY a.seq LOOP
    checked := checked + 1;
    IF record.seq <> checked OR record.hash <> wardbell.audit_hash(prev, record) THEN
      first_bad := checked;
      RETURN NEXT;
      RETURN;
    END IF;
    prev := record.hash;
  END LOOP;
  IF checked <> coalesce(head.audit_seq, 0) OR prev <> coalesce(head.audit_hash, '\x') THEN
    first_bad := checked + 1;
  END IF;
  RETURN NEXT;
END
$$;

---------------------------------------------------------------------------------------- emit from SQL

-- Events of a transaction that another service has not yet committed. They get their numbers when it
-- commits (deferred trigger), not when emit() is called: a service that emits and then dawdles would
-- otherwise hold the tenant's head and stop the clinic. Never holds a committed row, so nothing is logged.
CREATE UNLOGGED TABLE wardbell.emission (
  ordinal   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid       xid8 NOT NULL DEFAULT pg_current_xact_id(),
  id        uuid NOT NULL,
  tenant_id uuid NOT NULL,
  type      text NOT NULL,
  data      jsonb NOT NULL,
  audience  jsonb
);
CREATE INDEX emission_xid ON wardbell.emission (xid, tenant_id, ordinal);

-- One row for each transaction that has emitted. Its trigger fires once, at the commit: one for each event
-- would hold the tenant's head three times as long (180 ms instead of 60 for 10,000 events).
CREATE UNLOGGED TABLE wardbell.emission_flush (
  xid xid8 PRIMARY KEY DEFAULT pg_current_xact_id()
);

CREATE FUNCTION wardbell.flush_emissions() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  tenant uuid;
  first_seq bigint;
  total bigint;
BEGIN
  -- SET CONSTRAINTS can fire this before the commit: what is emitted after that asks for another flush.
  DELETE FROM wardbell.emission_flush f WHERE f.xid = NEW.xid;
  -- In the order of tenants, as every transaction locks heads: no deadlock.
  FOR tenant, total IN
    SELECT e.tenant_id, count(*) FROM wardbell.emission e WHERE e.xid = NEW.xid GROUP BY 1 ORDER BY 1
  LOOP
    UPDATE wardbell.tenant_head h SET seq = h.seq + total WHERE h.tenant_id = tenant
      RETURNING h.seq - total INTO first_seq;
    WITH moved AS (
      DELETE FROM wardbell.emission e WHERE e.xid = NEW.xid AND e.tenant_id = tenant RETURNING e.*
    )
    INSERT INTO wardbell.outbox (tenant_id, seq, id, type, data, audience)
    SELECT m.tenant_id, first_seq + row_number() OVER (ORDER BY m.ordinal), m.id, m.type, m.data, m.audience
    FROM moved m;
  END LOOP;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER flush AFTER INSERT ON wardbell.emission_flush
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wardbell.flush_emissions();

-- Publishes an application-defined event from any service in this database, in that service's own
-- transaction: it exists if and only if that transaction commits. Returns the event's id. Errors (22023
-- invalid_parameter_value, 23503 unknown tenant) leave nothing behind. Grant EXECUTE to the service's role.
--   SELECT wardbell.emit('<tenant>', 'task_updated', '{"task_id": 7}', '{"user_ids": ["42"]}');
CREATE FUNCTION wardbell.emit(tenant_id uuid, type text, data jsonb, audience jsonb DEFAULT NULL)
  RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  event_id uuid := gen_random_uuid();
  member   text;
BEGIN
  IF emit.tenant_id IS NULL
     OR NOT EXISTS (SELECT FROM wardbell.tenant t WHERE t.id = emit.tenant_id) THEN
    RAISE EXCEPTION 'unknown tenant' USING ERRCODE = 'foreign_key_violation';
  END IF;
  IF emit.type IS NULL OR emit.type !~ '^[A-Za-z][A-Za-z0-9_.:-]{0,127}$' THEN
    RAISE EXCEPTION 'type must be a name: a letter, then up to 127 letters, digits, "_", ".", ":" or "-"'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF emit.type IN ('patient_created', 'patient_updated', 'patient_deleted', 'appointment_created',
      'appointment_updated', 'appointment_cancelled', 'appointment_deleted', 'system_notification',
      'user_status', 'system_health', 'gateway_status_change', 'system_log', 'connected', 'resumed',
      'positions', 'position', 'resync_required', 'token_expiring', 'refreshed', 'server_restarting',
      'error', 'ping', 'pong', 'refresh', 'subscribe', 'resume') THEN
    RAISE EXCEPTION 'type is reserved for Wardbell itself' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF emit.data IS NULL OR jsonb_typeof(emit.data) <> 'object' THEN
    RAISE EXCEPTION 'data must be a JSON object' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF octet_length(emit.data::text) > 65536 THEN
    RAISE EXCEPTION 'data must not be over 64 KiB' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF emit.audience IS NOT NULL AND emit.audience <> 'null'::jsonb THEN
    SELECT min(k) INTO member FROM jsonb_object_keys(
      CASE jsonb_typeof(emit.audience) WHEN 'object' THEN emit.audience ELSE '{}' END) AS k;
    IF member IS NULL OR member NOT IN ('user_ids', 'roles')
       OR (SELECT count(*) FROM jsonb_object_keys(emit.audience)) <> 1
       OR jsonb_typeof(emit.audience->member) <> 'array'
       OR jsonb_array_length(emit.audience->member) NOT BETWEEN 1 AND 1000
       OR EXISTS (SELECT FROM jsonb_array_elements(emit.audience->member) AS v
                  WHERE jsonb_typeof(v) <> 'string' OR length(v #>> '{}') NOT BETWEEN 1 AND 200)
       OR (member = 'roles' AND EXISTS (SELECT FROM jsonb_array_elements_text(emit.audience->member) AS v
                  WHERE v NOT IN ('super_admin', 'tenant_admin', 'clinician', 'front_desk'))) THEN
      RAISE EXCEPTION 'audience must be {"user_ids": [...]} or {"roles": [...]}'
        USING ERRCODE = 'invalid_parameter_value';
    END IF;
  END IF;
  INSERT INTO wardbell.emission (id, tenant_id, type, data, audience)
    VALUES (event_id, emit.tenant_id, emit.type, emit.data, NULLIF(emit.audience, 'null'::jsonb));
  INSERT INTO wardbell.emission_flush DEFAULT VALUES ON CONFLICT DO NOTHING;
  RETURN event_id;
END
$$;

------------------------------------------------------------------------------------------- retention

-- Makes the partitions of today and the days ahead, drops those that are wholly older than the retention.
-- Any instance may call it, at any time: one works, the others return 0. Answers how many it dropped. Locks
-- are given up after a moment, each table for itself: the next round goes on where this one could not.
CREATE FUNCTION wardbell.maintain_outbox(p_days_ahead integer, p_retention interval) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
  AS $$
DECLARE
  day     date;
  name    text;
  dropped integer := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('wardbell.maintain_outbox', 0)) THEN
    RETURN 0;
  END IF;
  -- While this waits for those who read (a backup, for instance), everybody else waits behind it.
  PERFORM set_config('lock_timeout', '200ms', true);

  FOR day IN SELECT d::date FROM generate_series(current_date, current_date + p_days_ahead, '1 day') AS d LOOP
    name := 'outbox_' || to_char(day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass('wardbell.' || name) IS NOT NULL;
    -- rows of that day that fell into the default partition stay there and leave with the retention
    CONTINUE WHEN EXISTS (SELECT FROM wardbell.outbox_default o
                          WHERE o.created_at >= day AND o.created_at < day + 1);
    BEGIN
      -- attached, not made in place: that would lock out the writers of all partitions
      EXECUTE format('CREATE TABLE wardbell.%I (LIKE wardbell.outbox INCLUDING ALL)', name);
      EXECUTE format('ALTER TABLE wardbell.outbox ATTACH PARTITION wardbell.%I FOR VALUES FROM (%L) TO (%L)',
                     name, day::timestamptz, (day + 1)::timestamptz);
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      EXIT;
    END;
  END LOOP;

  FOR name IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'wardbell.outbox'::regclass AND c.relname ~ '^outbox_[0-9]{8}$'
      AND to_date(substr(c.relname, 8), 'YYYYMMDD') + 1 <= now() - p_retention
    ORDER BY 1
  LOOP
    BEGIN
      EXECUTE format('DROP TABLE wardbell.%I', name);
      dropped := dropped + 1;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      EXIT; -- oldest first: what remains of a log has no hole
    END;
  END LOOP;
  DELETE FROM wardbell.outbox_default o WHERE o.created_at < now() - p_retention;
  RETURN dropped;
END
$$;
SELECT wardbell.maintain_outbox(7, '7 days');

-- Notices that the history was replaced: another cluster (system identifier), another timeline (point in
-- time recovery, failover), another database or a table made anew (pg_restore). Then the epoch changes and
-- clients load their lists again instead of missing events silently. Answers the epoch.
CREATE FUNCTION wardbell.check_epoch() RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  print  text;
  result uuid;
BEGIN
  SELECT concat_ws('/', s.system_identifier, c.timeline_id, d.oid, 'wardbell.outbox'::regclass::oid)
    INTO print
    FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d
    WHERE d.datname = current_database();
  SELECT i.epoch INTO result FROM wardbell.installation i WHERE i.fingerprint = print;
  IF NOT FOUND THEN
    UPDATE wardbell.installation i
      SET epoch = CASE WHEN i.fingerprint = '' THEN i.epoch
                       WHEN i.fingerprint = print THEN i.epoch
                       ELSE gen_random_uuid() END,
          fingerprint = print
      RETURNING i.epoch INTO result;
  END IF;
  RETURN result;
END
$$;

-- For a replaced history that check_epoch() cannot see: rows loaded into the same tables, or a copy of the
-- files that was put back. Instances that run call it when a tenant's head has gone back; before a start on
-- such files it is called by hand. With p_old it does nothing when another has already acted.
CREATE FUNCTION wardbell.new_epoch(p_old uuid DEFAULT NULL) RETURNS uuid
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    UPDATE wardbell.installation i
    SET epoch = CASE WHEN p_old IS DISTINCT FROM i.epoch AND p_old IS NOT NULL THEN i.epoch
                     ELSE gen_random_uuid() END
    RETURNING i.epoch
  $$;

-------------------------------------------------------------------------------- sockets and instances

CREATE TABLE wardbell.instance (
  id           uuid PRIMARY KEY,
  host         text NOT NULL,
  started_at   timestamptz NOT NULL DEFAULT now(),
  heartbeat_at timestamptz NOT NULL DEFAULT now(),
  resumed_at   timestamptz, -- when a heartbeat last came late: see wardbell.may_judge()
  draining     boolean NOT NULL DEFAULT false
);

-- One row for each open socket. Its instance's heartbeat says whether it counts.
CREATE TABLE wardbell.connection (
  id           uuid PRIMARY KEY,
  instance_id  uuid NOT NULL REFERENCES wardbell.instance (id) ON DELETE CASCADE,
  tenant_id    uuid,
  user_id      text NOT NULL,
  session_id   uuid,
  role         text NOT NULL,
  address      text,
  client       text,
  topics       text[] NOT NULL,
  connected_at timestamptz NOT NULL DEFAULT now(),
  -- Written only for a socket that is behind or does not drain, and once more when it is well again; NULL for
  -- the others, which have all that there is.
  position      bigint,
  pending_bytes bigint
) WITH (fillfactor = 80);
CREATE INDEX connection_tenant ON wardbell.connection (tenant_id, user_id);
CREATE INDEX connection_instance ON wardbell.connection (instance_id);

-- Sockets to close, on whichever instance they are: written with what caused it, read by every instance
-- within a second (doorbell or sweep). Exactly one of the targets is set.
CREATE TABLE wardbell.disconnect_order (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  tenant_id     uuid, -- with user_id: scope; alone: all sockets of the tenant
  user_id       text,
  session_id    uuid,
  connection_id uuid,
  close         text NOT NULL CHECK (close IN ('accessRevoked', 'tenantSuspended', 'closedByAdministrator',
                                                    'tenantLimit', 'userLimit'))
);
CREATE INDEX disconnect_order_created ON wardbell.disconnect_order (created_at);

-- Per minute and instance; summed for a tenant's usage. Latency is a histogram with the metric's buckets.
CREATE TABLE wardbell.tenant_usage (
  tenant_id        uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  minute           timestamptz NOT NULL,
  instance_id      uuid NOT NULL,
  peak_connections integer NOT NULL DEFAULT 0,
  rejected         integer NOT NULL DEFAULT 0,
  messages_sent    bigint NOT NULL DEFAULT 0,
  delivery_buckets bigint[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, minute, instance_id)
);
CREATE INDEX tenant_usage_minute ON wardbell.tenant_usage (minute);

-- Is this principal still allowed? A user or session that is not known to us is (single sign-on); one that
-- is known must be active, signed in and of the same role and tenant.
CREATE FUNCTION wardbell.principal_verdict(p_tenant uuid, p_user text, p_role text, p_session uuid)
  RETURNS text
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  state   text;
  account wardbell.user_account;
BEGIN
  IF p_tenant IS NOT NULL THEN
    SELECT t.status INTO state FROM wardbell.tenant t WHERE t.id = p_tenant;
    IF NOT FOUND THEN RETURN 'unknown_tenant'; END IF;
    IF state <> 'active' THEN RETURN 'tenant_suspended'; END IF;
  END IF;
  IF p_user ~ '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$' THEN
    SELECT * INTO account FROM wardbell.user_account u WHERE u.id = p_user::uuid;
    IF FOUND AND (account.status <> 'active' OR account.deleted_at IS NOT NULL OR account.role <> p_role
                  OR account.tenant_id IS DISTINCT FROM p_tenant) THEN
      RETURN 'revoked';
    END IF;
  END IF;
  IF p_session IS NOT NULL AND EXISTS (SELECT FROM wardbell.auth_session s
                                       WHERE s.id = p_session AND s.revoked_at IS NOT NULL) THEN
    RETURN 'revoked';
  END IF;
  RETURN 'ok';
END
$$;

-- The first statement of a unit of work: sets the tenant for row-level security and answers the verdict on
-- the principal in the same round trip, so that a revoked one is refused at once and nothing is cached.
-- A super admin works in a tenant (p_scope) that is not its own (p_tenant is NULL).
CREATE FUNCTION wardbell.enter(p_scope uuid, p_tenant uuid, p_user text, p_role text, p_session uuid)
  RETURNS text
  LANGUAGE plpgsql
  AS $$
BEGIN
  PERFORM set_config('wardbell.tenant_id', coalesce(p_scope::text, ''), true);
  RETURN wardbell.principal_verdict(p_tenant, p_user, p_role, p_session);
END
$$;

-- May this instance say of others that they are dead because they are silent? Not while the silence may be
-- the database's: after an outage the first to be heard again would give the slots of all others away.
CREATE FUNCTION wardbell.may_judge(p_instance uuid, p_silence interval) RETURNS boolean
  LANGUAGE sql STABLE
  AS $$
  SELECT pg_postmaster_start_time() < now() - p_silence AND NOT EXISTS (
    SELECT FROM wardbell.instance i WHERE i.id = p_instance
      AND (i.heartbeat_at < now() - p_silence OR i.resumed_at > now() - p_silence))
$$;

-- Admits sockets, in one round trip for many. For each: 'ok', or why not. Counts are of living instances
-- and exact over all of them, because a tenant's admissions go one after the other (advisory lock).
-- p_requests: [{id, tenant_id, user_id, session_id, role, address, client, topics}]
CREATE FUNCTION wardbell.admit(
  p_instance uuid, p_alive_for interval, p_default_max integer, p_requests jsonb
) RETURNS TABLE (id uuid, verdict text, head bigint, max_connections integer, max_messages_per_minute integer)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
#variable_conflict use_column
DECLARE
  tenant_row wardbell.tenant;
  request    record;
  open_count bigint;
  user_count bigint;
  can_judge  boolean := wardbell.may_judge(p_instance, p_alive_for);
  is_first   boolean := true;
  tenant_key uuid;
BEGIN
  -- Tenant by tenant, in the order of their ids: two instances that lock the same tenants cannot deadlock.
  FOR request IN
    SELECT * FROM jsonb_to_recordset(p_requests)
      AS r(id uuid, tenant_id uuid, user_id text, session_id uuid, role text, address text, client text,
           topics text[])
    ORDER BY r.tenant_id
  LOOP
    IF is_first OR request.tenant_id IS DISTINCT FROM tenant_key THEN
      is_first := false;
      tenant_key := request.tenant_id;
      tenant_row := NULL;
      head := NULL;
      open_count := 0;
      IF tenant_key IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('wardbell.admit/' || tenant_key, 0));
        SELECT * INTO tenant_row FROM wardbell.tenant t WHERE t.id = tenant_key;
        SELECT h.seq INTO head FROM wardbell.tenant_head h WHERE h.tenant_id = tenant_key;
        SELECT count(*) INTO open_count
          FROM wardbell.connection c JOIN wardbell.instance i ON i.id = c.instance_id
          WHERE c.tenant_id = tenant_key AND (i.heartbeat_at > now() - p_alive_for OR NOT can_judge);
      END IF;
      -- least() ignores NULL: no ceiling, no bound
      max_connections := least(coalesce(tenant_row.max_connections, p_default_max),
                               tenant_row.ceiling_connections);
      max_messages_per_minute := least(tenant_row.max_messages_per_minute,
                                       tenant_row.ceiling_messages_per_minute);
    END IF;
    id := request.id;
    verdict := wardbell.principal_verdict(request.tenant_id, request.user_id, request.role,
                                          request.session_id);
    IF verdict = 'ok' AND tenant_key IS NOT NULL THEN
      IF open_count >= max_connections THEN
        verdict := 'tenant_limit';
      ELSIF coalesce(tenant_row.max_connections_per_user, tenant_row.ceiling_connections_per_user)
            IS NOT NULL THEN
        SELECT count(*) INTO user_count
          FROM wardbell.connection c JOIN wardbell.instance i ON i.id = c.instance_id
          WHERE c.tenant_id = tenant_key AND c.user_id = request.user_id
            AND (i.heartbeat_at > now() - p_alive_for OR NOT can_judge);
        IF user_count >= least(tenant_row.max_connections_per_user,
                               tenant_row.ceiling_connections_per_user) THEN
          verdict := 'user_limit';
        END IF;
      END IF;
    END IF;
    IF verdict = 'ok' THEN
      INSERT INTO wardbell.connection
        (id, instance_id, tenant_id, user_id, session_id, role, address, client, topics)
      VALUES (request.id, p_instance, request.tenant_id, request.user_id, request.session_id, request.role,
              request.address, request.client, request.topics);
      open_count := open_count + 1;
    END IF;
    RETURN NEXT;
  END LOOP;
END
$$;

-- Holds a tenant's open sockets against its limits: how many there are, and how many of them, the newest, are
-- above. With p_enforce those are ordered to be closed. Call it in the transaction that set the limits, after
-- that: admissions wait for its end and then see them.
CREATE FUNCTION wardbell.weigh_limits(
  p_tenant uuid, p_alive_for interval, p_default_max integer, p_enforce boolean
) RETURNS TABLE (open integer, above integer)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  tenant_max integer;
  user_max   integer;
BEGIN
  IF p_tenant IS DISTINCT FROM wardbell.current_tenant()
     AND NOT pg_has_role(session_user, 'wardbell_relay', 'USAGE') THEN
    RAISE EXCEPTION 'tenant is not the one of this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('wardbell.admit/' || p_tenant, 0));
  -- least() ignores NULL: no ceiling, no bound
  SELECT least(coalesce(t.max_connections, p_default_max), t.ceiling_connections),
         least(t.max_connections_per_user, t.ceiling_connections_per_user)
    INTO tenant_max, user_max FROM wardbell.tenant t WHERE t.id = p_tenant;
  RETURN QUERY
    WITH socket AS (
      SELECT c.id, c.connected_at,
             row_number() OVER (PARTITION BY c.user_id ORDER BY c.connected_at, c.id) <= coalesce(user_max, 2147483647)
               AS within_user
      FROM wardbell.connection c JOIN wardbell.instance i ON i.id = c.instance_id
      WHERE c.tenant_id = p_tenant AND i.heartbeat_at > now() - p_alive_for
    ), judged AS (
      SELECT s.id, CASE
        WHEN NOT s.within_user THEN 'userLimit'
        WHEN row_number() OVER (PARTITION BY s.within_user ORDER BY s.connected_at, s.id) > tenant_max
          THEN 'tenantLimit' END AS close
      FROM socket s
    ), ordered AS (
      INSERT INTO wardbell.disconnect_order (tenant_id, connection_id, close)
      SELECT p_tenant, j.id, j.close FROM judged j WHERE p_enforce AND j.close IS NOT NULL
    )
    SELECT count(*)::integer, count(j.close)::integer FROM judged j;
END
$$;

-- Has the tenant records of people? A tenant that has is deleted only after it was suspended.
CREATE FUNCTION wardbell.tenant_has_records(p_tenant uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$ SELECT EXISTS (SELECT FROM wardbell.patient p WHERE p.tenant_id = p_tenant) $$;

-------------------------------------------------------------------------------------------- idempotency

CREATE TABLE wardbell.idempotency (
  tenant_id    uuid NOT NULL, -- nil for super admins
  user_id      text NOT NULL,
  route        text NOT NULL,
  key          text NOT NULL,
  request_hash bytea NOT NULL,
  status       integer,
  body         jsonb,
  etag         text,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, user_id, route, key)
);
CREATE INDEX idempotency_created ON wardbell.idempotency (created_at);

---------------------------------------------------------------------------------- row-level security

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['user_account', 'auth_session', 'patient', 'appointment', 'tenant_head',
                              'outbox', 'connection', 'disconnect_order', 'tenant_usage', 'idempotency'] LOOP
    EXECUTE format('ALTER TABLE wardbell.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON wardbell.%I FOR ALL TO wardbell_app
                    USING (tenant_id = wardbell.current_tenant())
                    WITH CHECK (tenant_id = wardbell.current_tenant())', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['user_account', 'auth_session', 'tenant_head', 'outbox', 'connection',
                              'disconnect_order', 'tenant_usage', 'idempotency', 'tenant', 'audit',
                              'refresh_token', 'login_failure', 'instance'] LOOP
    EXECUTE format('ALTER TABLE wardbell.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY relay ON wardbell.%I FOR ALL TO wardbell_relay
                    USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$$;
CREATE POLICY tenant ON wardbell.tenant FOR ALL TO wardbell_app
  USING (id = wardbell.current_tenant()) WITH CHECK (id = wardbell.current_tenant());
CREATE POLICY tenant ON wardbell.audit FOR SELECT TO wardbell_app
  USING (scope = wardbell.current_tenant());

GRANT SELECT ON wardbell.installation TO wardbell_app, wardbell_relay;

GRANT SELECT ON wardbell.tenant, wardbell.tenant_head, wardbell.outbox, wardbell.audit,
  wardbell.connection, wardbell.tenant_usage TO wardbell_app;
GRANT UPDATE (max_connections, max_connections_per_user, max_messages_per_minute, version, updated_at)
  ON wardbell.tenant TO wardbell_app;
GRANT SELECT (id, tenant_id, email, name, role, status, version, created_at, updated_at, deleted_at),
  INSERT, UPDATE ON wardbell.user_account TO wardbell_app;
GRANT SELECT, UPDATE ON wardbell.auth_session TO wardbell_app;
GRANT INSERT ON wardbell.disconnect_order TO wardbell_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.patient, wardbell.appointment, wardbell.idempotency
  TO wardbell_app;

GRANT SELECT ON wardbell.tenant_head, wardbell.outbox, wardbell.audit TO wardbell_relay;
GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.tenant, wardbell.user_account, wardbell.auth_session,
  wardbell.refresh_token, wardbell.login_failure, wardbell.instance, wardbell.connection,
  wardbell.disconnect_order, wardbell.tenant_usage, wardbell.idempotency TO wardbell_relay;

-- Functions are executable by PUBLIC unless said otherwise.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA wardbell FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.current_tenant(), wardbell.append(uuid, jsonb, jsonb),
  wardbell.enter(uuid, uuid, text, text, uuid), wardbell.principal_verdict(uuid, text, text, uuid),
  wardbell.verify_audit(uuid), wardbell.weigh_limits(uuid, interval, integer, boolean)
  TO wardbell_app, wardbell_relay;
GRANT EXECUTE ON FUNCTION wardbell.search_patients(text[], text, uuid, integer) TO wardbell_app;
GRANT EXECUTE ON FUNCTION wardbell.maintain_outbox(integer, interval), wardbell.check_epoch(),
  wardbell.new_epoch(uuid),
  wardbell.admit(uuid, interval, integer, jsonb), wardbell.may_judge(uuid, interval),
  wardbell.tenant_has_records(uuid) TO wardbell_relay;
