-- Changes of super admins to accounts of a tenant that has an admin: they wait for one of its admins. See docs/security.md.
CREATE TABLE wardbell.approval (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id     uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  kind          text NOT NULL CHECK (kind IN ('user_create', 'user_update', 'factors_remove')),
  user_id       uuid, -- NULL: a new user
  email         text NOT NULL,
  name          text NOT NULL,
  change        jsonb NOT NULL, -- the new values, without the password
  changed       text[] NOT NULL, -- their names, and those of secrets
  password_hash text CHECK (password_hash IS NULL OR status = 'pending'),
  requested_by  text NOT NULL,
  requested_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  effective_at  timestamptz NOT NULL,
  status        text NOT NULL DEFAULT 'pending'
                CHECK (status IN ('pending', 'approved', 'rejected', 'elapsed', 'failed')),
  decided_by    text,
  decided_at    timestamptz CHECK ((decided_at IS NULL) = (status = 'pending')),
  problem       text
);
CREATE INDEX approval_requested ON wardbell.approval (tenant_id, requested_at, id);
CREATE INDEX approval_due ON wardbell.approval (effective_at) WHERE status = 'pending';
ALTER TABLE wardbell.approval ENABLE ROW LEVEL SECURITY;
CREATE POLICY auth ON wardbell.approval FOR ALL TO wardbell_auth
  USING (wardbell.current_tenant() IS NULL OR tenant_id = wardbell.current_tenant())
  WITH CHECK (wardbell.current_tenant() IS NULL OR tenant_id = wardbell.current_tenant());
GRANT SELECT, INSERT, UPDATE ON wardbell.approval TO wardbell_auth;

-- As before; of events wardbell_auth may write notices to the admins of a tenant, which tell them of an approval.
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
  IF pg_has_role(session_user, 'wardbell_auth', 'USAGE') AND NOT pg_has_role(session_user, 'wardbell_relay', 'USAGE') THEN
    IF wardbell.current_tenant() <> p_tenant
       OR EXISTS (SELECT FROM jsonb_array_elements(p_events) e
                  WHERE (e.value->>'type') IS DISTINCT FROM 'system_notification'
                     OR (e.value->'audience') IS DISTINCT FROM '{"roles": ["tenant_admin"]}'::jsonb) THEN
      RAISE EXCEPTION 'this role writes audit rows and notices to tenant admins only'
        USING ERRCODE = 'insufficient_privilege';
    END IF;
  ELSIF p_tenant IS DISTINCT FROM wardbell.current_tenant()
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
