-- Row-level security without a policy: the run-time roles have no grant on these tables, and would see no row
-- if they were given one. emit() and its trigger run as the owner. The lock waits for open transactions that
-- have emitted, and calls of emit() wait behind it, so the wait is bounded: after 5 s the start fails, changes
-- nothing, and can be repeated.
SET LOCAL lock_timeout = '5s';
ALTER TABLE wardbell.emission ENABLE ROW LEVEL SECURITY;
ALTER TABLE wardbell.emission_flush ENABLE ROW LEVEL SECURITY;

-- Tells the commit from an early firing (SET CONSTRAINTS ... IMMEDIATE). Its trigger has the same name as that of
-- emission_flush, so every SET CONSTRAINTS command reaches both: if the probe's trigger fires before the next
-- statement, constraints are immediate.
CREATE UNLOGGED TABLE wardbell.emission_probe (
  xid xid8 PRIMARY KEY DEFAULT pg_current_xact_id()
);
ALTER TABLE wardbell.emission_probe ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION wardbell.delete_emission_probe() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  DELETE FROM wardbell.emission_probe p WHERE p.xid = NEW.xid;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER flush AFTER INSERT ON wardbell.emission_probe
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wardbell.delete_emission_probe();

CREATE OR REPLACE FUNCTION wardbell.flush_emissions() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  tenant uuid;
  place tid;
  last_seq bigint;
  total bigint;
BEGIN
  DELETE FROM wardbell.emission_flush f WHERE f.xid = NEW.xid;
  INSERT INTO wardbell.emission_probe DEFAULT VALUES;
  DELETE FROM wardbell.emission_probe p WHERE p.xid = NEW.xid;
  IF NOT FOUND THEN
    -- Numbering now would hold the tenant's head until the commit. Wait for it.
    SET CONSTRAINTS wardbell.flush DEFERRED;
    INSERT INTO wardbell.emission_flush DEFAULT VALUES;
    RETURN NULL;
  END IF;
  -- A prepared transaction would hold the heads until COMMIT PREPARED, and a crash before that would lose the
  -- emissions, which are not logged. Only the text of the statement tells.
  IF current_query() ~* '^(\s|--[^\n]*\n|/\*.*?\*/)*prepare\s+transaction\s'
     OR current_query() ~* ';\s*prepare\s+transaction\s+''[^'']*''\s*;?\s*$' THEN
    RAISE EXCEPTION 'a transaction that called wardbell.emit() cannot be prepared'
      USING ERRCODE = 'feature_not_supported',
            HINT = 'Commit in one phase, or emit in a transaction of its own after COMMIT PREPARED.';
  END IF;
  PERFORM wardbell.commit_durably();
  -- In the order of tenants, as every transaction locks heads: no deadlock.
  FOR tenant, total IN
    SELECT e.tenant_id, count(*) FROM wardbell.emission e WHERE e.xid = NEW.xid GROUP BY 1 ORDER BY 1
  LOOP
    SELECT h.place, h.seq INTO place, last_seq FROM wardbell.lock_head(tenant) h;
    UPDATE wardbell.tenant_head h SET seq = last_seq + total WHERE h.ctid = place;
    WITH moved AS (
      DELETE FROM wardbell.emission e WHERE e.xid = NEW.xid AND e.tenant_id = tenant RETURNING e.*
    )
    INSERT INTO wardbell.outbox (tenant_id, seq, id, type, data, audience)
    SELECT m.tenant_id, last_seq + row_number() OVER (ORDER BY m.ordinal), m.id, m.type, m.data, m.audience
    FROM moved m;
  END LOOP;
  RETURN NULL;
END
$$;

-- Publishes an application-defined event in the caller's transaction. Errors (0A000 feature_not_supported,
-- 22023 invalid_parameter_value, 23503 unknown tenant) leave nothing behind.
CREATE OR REPLACE FUNCTION wardbell.emit(tenant_id uuid, type text, data jsonb, audience jsonb DEFAULT NULL)
  RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  event_id uuid := gen_random_uuid();
  member   text;
BEGIN
  IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
    RAISE EXCEPTION 'wardbell.emit() needs isolation level READ COMMITTED, not %',
      upper(current_setting('transaction_isolation'))
      USING ERRCODE = 'feature_not_supported',
            HINT = 'Numbers are given at the commit, after commits that the snapshot of this transaction cannot see.';
  END IF;
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
      'positions', 'position', 'stale', 'resync_required', 'token_expiring', 'refreshed', 'server_restarting',
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
REVOKE EXECUTE ON FUNCTION wardbell.delete_emission_probe() FROM PUBLIC;
