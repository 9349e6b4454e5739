-- Raises synchronous_commit for the rest of the transaction when it is off: a crash would take back a commit that
-- was already announced, and its number would be given out again. Stronger settings stay as they are.
CREATE FUNCTION wardbell.commit_durably() RETURNS void
  LANGUAGE plpgsql
  AS $$
BEGIN
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.commit_durably() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.commit_durably() TO wardbell_app, wardbell_relay;

-- Locks a tenant's head and answers where the row is, for the UPDATE that follows. `place` is NULL for an unknown
-- tenant. While a snapshot is held (a backup, a report), no version of a head can be removed, and an index scan
-- visits all of them: each write of the tenant was slower than the one before it. The newest version has the highest
-- place, so this scans backward and stops at the first visible one. The bounds are written as a range because the
-- planner drops ORDER BY on a column that equals a constant; without the settings it reads a
-- table of few tenants from its beginning.
CREATE FUNCTION wardbell.lock_head(
  p_tenant uuid, OUT place tid, OUT seq bigint, OUT audit_seq bigint, OUT audit_hash bytea
)
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
  AS $$
BEGIN
  SELECT h.ctid, h.seq, h.audit_seq, h.audit_hash INTO place, seq, audit_seq, audit_hash
    FROM wardbell.tenant_head h
    WHERE h.tenant_id >= p_tenant AND h.tenant_id <= p_tenant
    ORDER BY h.tenant_id DESC LIMIT 1
    FOR NO KEY UPDATE;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.lock_head(uuid) FROM PUBLIC;

CREATE OR REPLACE FUNCTION wardbell.append(p_tenant uuid, p_events jsonb, p_audits jsonb)
  RETURNS TABLE (seq bigint, id uuid, created_at timestamptz)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
#variable_conflict use_column
DECLARE
  head   record;
  entry  jsonb;
  record wardbell.audit;
BEGIN
  IF p_tenant IS DISTINCT FROM wardbell.current_tenant()
     AND NOT pg_has_role(session_user, 'wardbell_relay', 'USAGE') THEN
    RAISE EXCEPTION 'tenant is not the one of this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM wardbell.commit_durably();
  SELECT * INTO head FROM wardbell.lock_head(p_tenant);
  IF head.place IS NULL THEN
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
  WHERE h.ctid = head.place;
END
$$;
