-- Reads and refusals in the audit log. They are written in the background, in batches. See docs/security.md.

-- What an action was about, beyond the names of changed fields: numbers and codes, never names of patients.
ALTER TABLE wardbell.audit ADD COLUMN details jsonb;

-- A row without details has the hash that it had before this column existed.
CREATE OR REPLACE FUNCTION wardbell.audit_hash(p_prev bytea, p_row wardbell.audit) RETURNS bytea
  LANGUAGE sql STABLE
  AS $$
  SELECT sha256(p_prev || convert_to((jsonb_build_array(
    p_row.scope, p_row.seq, p_row.id, extract(epoch FROM p_row.at), p_row.actor_id, p_row.actor_role,
    p_row.action, p_row.object_type, p_row.object_id, p_row.patient_id, p_row.address, p_row.changed)
    || CASE WHEN p_row.details IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(p_row.details) END)::text,
    'UTF8'))
$$;

-- The last batch of each process and chain. A batch whose COMMIT was not answered is sent again and must not be written
-- twice.
CREATE TABLE wardbell.access_writer (
  id         uuid NOT NULL, -- the process
  scope      uuid NOT NULL, -- the tenant, or nil for the installation
  batch      bigint NOT NULL,
  written_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, scope)
);
ALTER TABLE wardbell.access_writer ENABLE ROW LEVEL SECURITY;
CREATE POLICY relay ON wardbell.access_writer FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
GRANT SELECT, DELETE ON wardbell.access_writer TO wardbell_relay; -- maintenance deletes those of processes that ended

-- Appends a batch of accesses to the chain of a tenant. Each entry has columns of wardbell.audit and `age_ms`: how long
-- ago it happened, in milliseconds, by the clock of the process. False: this batch was written before. Fails with
-- lock_not_available when others hold the tenant's head for 200 ms, since the tenants behind it in the queue wait too.
CREATE FUNCTION wardbell.record_accesses(p_writer uuid, p_scope uuid, p_batch bigint, p_entries jsonb)
  RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  called_at timestamptz := clock_timestamp();
  entry     jsonb;
  head      record;
  record    wardbell.audit;
BEGIN
  INSERT INTO wardbell.access_writer AS w (id, scope, batch) VALUES (p_writer, p_scope, p_batch)
    ON CONFLICT (id, scope) DO UPDATE SET batch = excluded.batch, written_at = now() WHERE w.batch < excluded.batch;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM wardbell.commit_durably();
  PERFORM set_config('lock_timeout', '200ms', true);
  SELECT * INTO head FROM wardbell.lock_head(p_scope);
  IF head.place IS NULL THEN
    RETURN true; -- the token named a tenant that never was
  END IF;
  FOR entry IN SELECT value FROM jsonb_array_elements(p_entries) LOOP
    record := jsonb_populate_record(NULL::wardbell.audit, entry);
    head.audit_seq := head.audit_seq + 1;
    record.scope := p_scope;
    record.seq := head.audit_seq;
    record.id := gen_random_uuid();
    record.at := called_at - make_interval(secs => (entry->>'age_ms')::double precision / 1000);
    record.changed := '{}';
    record.hash := wardbell.audit_hash(head.audit_hash, record);
    head.audit_hash := record.hash;
    INSERT INTO wardbell.audit SELECT record.*;
  END LOOP;
  PERFORM wardbell.advance_head(p_scope, head.place, head.seq, head.audit_seq, head.audit_hash);
  RETURN true;
END
$$;

REVOKE EXECUTE ON FUNCTION wardbell.record_accesses(uuid, uuid, bigint, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.record_accesses(uuid, uuid, bigint, jsonb) TO wardbell_relay;
