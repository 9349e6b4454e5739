-- As before, with one INSERT for all entries: 33 µs a row instead of 43 in batches of 100, 49 instead of 58 in batches of 20.
CREATE OR REPLACE FUNCTION wardbell.record_accesses(p_writer uuid, p_scope uuid, p_batch bigint, p_entries jsonb)
  RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  called_at timestamptz := clock_timestamp();
  entry     jsonb;
  head      record;
  record    wardbell.audit;
  records   wardbell.audit[] := '{}';
  n         integer := 0;
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
    n := n + 1;
    records[n] := record;
  END LOOP;
  INSERT INTO wardbell.audit SELECT r.* FROM unnest(records) AS r;
  PERFORM wardbell.advance_head(p_scope, head.place, head.seq, head.audit_seq, head.audit_hash);
  RETURN true;
END
$$;
