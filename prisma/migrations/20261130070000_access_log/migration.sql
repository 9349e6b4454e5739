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

-- The last batch of each process that writes accesses. A batch whose COMMIT was not answered is sent again and must not
-- be written twice.
CREATE TABLE wardbell.access_writer (
  id         uuid PRIMARY KEY,
  batch      bigint NOT NULL,
  written_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE wardbell.access_writer ENABLE ROW LEVEL SECURITY;

-- Appends a batch of accesses to the chains of their scopes. Each entry has the columns of wardbell.audit and `age_ms`:
-- how long ago it happened, in milliseconds, by the clock of the process. False: this batch was written before.
CREATE FUNCTION wardbell.record_accesses(p_writer uuid, p_batch bigint, p_entries jsonb) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
#variable_conflict use_column
DECLARE
  called_at timestamptz := clock_timestamp();
  tenant    uuid;
  entries   jsonb;
  entry     jsonb;
  head      record;
  record    wardbell.audit;
BEGIN
  INSERT INTO wardbell.access_writer AS w (id, batch) VALUES (p_writer, p_batch)
    ON CONFLICT (id) DO UPDATE SET batch = excluded.batch, written_at = now() WHERE w.batch < excluded.batch;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF p_batch = 1 THEN
    DELETE FROM wardbell.access_writer w WHERE w.written_at < now() - interval '1 day';
  END IF;
  PERFORM wardbell.commit_durably();
  -- In the order of tenants, as every transaction locks heads: no deadlock.
  FOR tenant, entries IN
    SELECT (e.value->>'scope')::uuid, jsonb_agg(e.value ORDER BY e.ordinality)
    FROM jsonb_array_elements(p_entries) WITH ORDINALITY AS e GROUP BY 1 ORDER BY 1
  LOOP
    SELECT * INTO head FROM wardbell.lock_head(tenant);
    CONTINUE WHEN head.place IS NULL; -- a token of a tenant that never was
    FOR entry IN SELECT value FROM jsonb_array_elements(entries) LOOP
      record := jsonb_populate_record(NULL::wardbell.audit, entry);
      head.audit_seq := head.audit_seq + 1;
      record.seq := head.audit_seq;
      record.id := gen_random_uuid();
      record.at := called_at - make_interval(secs => (entry->>'age_ms')::double precision / 1000);
      record.changed := '{}';
      record.hash := wardbell.audit_hash(head.audit_hash, record);
      head.audit_hash := record.hash;
      INSERT INTO wardbell.audit SELECT record.*;
    END LOOP;
    PERFORM wardbell.advance_head(tenant, head.place, head.seq, head.audit_seq, head.audit_hash);
  END LOOP;
  RETURN true;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.record_accesses(uuid, bigint, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.record_accesses(uuid, bigint, jsonb) TO wardbell_relay;
