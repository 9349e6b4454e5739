-- Writes a head that lock_head() has locked, at the place where it found it. Were the row elsewhere, events would be
-- numbered that the head does not count, and the next transaction would give their numbers again: it fails instead,
-- with the error that says "try the whole transaction again".
CREATE FUNCTION wardbell.advance_head(
  p_tenant uuid, p_place tid, p_seq bigint, p_audit_seq bigint, p_audit_hash bytea
) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  UPDATE wardbell.tenant_head h SET seq = p_seq, audit_seq = p_audit_seq, audit_hash = p_audit_hash
    WHERE h.ctid = p_place AND h.tenant_id = p_tenant;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the head of a tenant is not where it was locked' USING ERRCODE = 'serialization_failure';
  END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.advance_head(uuid, tid, bigint, bigint, bytea) FROM PUBLIC;

-- Is PREPARE TRANSACTION one of these statements? Comments may stand between its words; they nest, so they are taken
-- out from the inside. Quotes inside a string literal are doubled, so data that mentions the statement does not match.
CREATE FUNCTION wardbell.prepares(p_statements text) RETURNS boolean
  LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  code text := p_statements;
  rest text;
BEGIN
  -- no text: a commit between statements, as drivers send it behind a statement with parameters
  IF code IS NULL OR code !~* 'prepare' OR code !~* 'transaction' THEN
    RETURN false;
  END IF;
  code := regexp_replace(code, '--[^\n]*', ' ', 'g');
  LOOP
    rest := regexp_replace(code, '/\*([^*/]|\*(?!/)|/(?!\*))*\*/', ' ', 'g');
    EXIT WHEN rest = code;
    code := rest;
  END LOOP;
  RETURN code ~* '^\s*prepare\s+transaction\M'
      OR code ~* ';\s*prepare\s+transaction\s+(e|u&)?''[^'']*''\s*(;|$)';
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.prepares(text) FROM PUBLIC;

-- As before, with advance_head() and prepares().
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

  PERFORM wardbell.advance_head(p_tenant, head.place, head.seq + jsonb_array_length(p_events), head.audit_seq,
                                head.audit_hash);
END
$$;

CREATE OR REPLACE FUNCTION wardbell.flush_emissions() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  tenant uuid;
  head record;
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
  IF wardbell.prepares(current_query()) THEN
    RAISE EXCEPTION 'a transaction that called wardbell.emit() cannot be prepared'
      USING ERRCODE = 'feature_not_supported',
            HINT = 'Commit in one phase, or emit in a transaction of its own after COMMIT PREPARED.';
  END IF;
  PERFORM wardbell.commit_durably();
  -- In the order of tenants, as every transaction locks heads: no deadlock.
  FOR tenant, total IN
    SELECT e.tenant_id, count(*) FROM wardbell.emission e WHERE e.xid = NEW.xid GROUP BY 1 ORDER BY 1
  LOOP
    SELECT * INTO head FROM wardbell.lock_head(tenant);
    IF head.place IS NULL THEN
      RAISE EXCEPTION 'unknown tenant' USING ERRCODE = 'foreign_key_violation';
    END IF;
    PERFORM wardbell.advance_head(tenant, head.place, head.seq + total, head.audit_seq, head.audit_hash);
    WITH moved AS (
      DELETE FROM wardbell.emission e WHERE e.xid = NEW.xid AND e.tenant_id = tenant RETURNING e.*
    )
    INSERT INTO wardbell.outbox (tenant_id, seq, id, type, data, audience)
    SELECT m.tenant_id, head.seq + row_number() OVER (ORDER BY m.ordinal), m.id, m.type, m.data, m.audience
    FROM moved m;
  END LOOP;
  RETURN NULL;
END
$$;
