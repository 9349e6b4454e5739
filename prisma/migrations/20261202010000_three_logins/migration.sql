-- A role of its own for accounts, sessions and factors. Until now wardbell_relay had them beside the log, and wardbell_app
-- wrote the accounts of its tenant. Three roles serve, and each has what it needs for its work:
--   wardbell_app    one clinic at a time: patients, appointments, what belongs to them
--   wardbell_auth   accounts, sign-in, sessions, factors, keys: neither the log nor a record of a patient
--   wardbell_relay  the log of all tenants, heads, sockets, tenants: no hash, secret or token of anybody
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wardbell_auth') THEN
    CREATE ROLE wardbell_auth NOLOGIN;
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL; -- a migration of a sibling database was faster
END
$$;
GRANT USAGE ON SCHEMA wardbell TO wardbell_auth;

-- What servers compare with the migrations that they were built with, before they serve.
CREATE FUNCTION wardbell.applied_migrations() RETURNS TABLE (name text, checksum text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  SELECT m.migration_name::text, m.checksum::text FROM wardbell._prisma_migrations m
  WHERE m.rolled_back_at IS NULL AND m.finished_at IS NOT NULL
$$;
REVOKE EXECUTE ON FUNCTION wardbell.applied_migrations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.applied_migrations() TO wardbell_app, wardbell_auth, wardbell_relay;

-------------------------------------------------------------------------------------------------- wardbell_auth

-- Work for one tenant (its admin changes a user) sets the tenant like that of wardbell_app and is confined to it. Sign-in,
-- which does not know the tenant before it has read the account, and super admins set none.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['user_account', 'auth_session', 'integration_key', 'external_user', 'tenant_security',
                              'disconnect_order'] LOOP
    EXECUTE format('CREATE POLICY auth ON wardbell.%I FOR ALL TO wardbell_auth
                    USING (wardbell.current_tenant() IS NULL OR tenant_id = wardbell.current_tenant())
                    WITH CHECK (wardbell.current_tenant() IS NULL OR tenant_id = wardbell.current_tenant())', name);
  END LOOP;
  -- Without a tenant of their own: secrets of a person, tokens, and failed attempts.
  FOREACH name IN ARRAY ARRAY['refresh_token', 'login_failure', 'totp', 'recovery_code', 'passkey', 'sign_in_step',
                              'stream_ticket'] LOOP
    EXECUTE format('CREATE POLICY auth ON wardbell.%I FOR ALL TO wardbell_auth USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$$;
CREATE POLICY auth ON wardbell.tenant FOR SELECT TO wardbell_auth
  USING (wardbell.current_tenant() IS NULL OR id = wardbell.current_tenant());
-- Of the stored answers only those about users: others may have records of patients.
CREATE POLICY auth ON wardbell.idempotency FOR ALL TO wardbell_auth
  USING (route = 'POST /users'
         AND tenant_id = coalesce(wardbell.current_tenant(), '00000000-0000-0000-0000-000000000000'))
  WITH CHECK (route = 'POST /users'
              AND tenant_id = coalesce(wardbell.current_tenant(), '00000000-0000-0000-0000-000000000000'));

GRANT SELECT (id, slug, name, status, time_zone) ON wardbell.tenant TO wardbell_auth;
GRANT SELECT, INSERT, UPDATE ON wardbell.user_account, wardbell.integration_key, wardbell.tenant_security,
  wardbell.idempotency TO wardbell_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.auth_session, wardbell.refresh_token, wardbell.login_failure,
  wardbell.totp, wardbell.recovery_code, wardbell.passkey, wardbell.sign_in_step, wardbell.stream_ticket,
  wardbell.external_user TO wardbell_auth;
GRANT INSERT ON wardbell.disconnect_order TO wardbell_auth;
GRANT EXECUTE ON FUNCTION wardbell.current_tenant(), wardbell.commit_durably(), wardbell.append(uuid, jsonb, jsonb),
  wardbell.enter(uuid, uuid, text, text, uuid), wardbell.principal_verdict(uuid, text, text, uuid),
  wardbell.is_idle(wardbell.auth_session), wardbell.is_blocked(uuid, text), wardbell.count_factors(uuid)
  TO wardbell_auth;

---------------------------------------------------------------------------------------- what the others no longer have

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['refresh_token', 'login_failure', 'totp', 'recovery_code', 'passkey', 'sign_in_step',
                              'stream_ticket', 'integration_key', 'external_user', 'tenant_security'] LOOP
    EXECUTE format('REVOKE ALL ON wardbell.%I FROM wardbell_app, wardbell_relay', name);
    EXECUTE format('DROP POLICY IF EXISTS relay ON wardbell.%I', name);
    EXECUTE format('DROP POLICY IF EXISTS tenant ON wardbell.%I', name);
  END LOOP;
END
$$;
-- Names for lists and the audit log, and how fresh a sign-in is.
REVOKE ALL ON wardbell.user_account, wardbell.auth_session FROM wardbell_app, wardbell_relay;
GRANT SELECT (id, tenant_id, email, name, role, status, version, created_at, updated_at, deleted_at, password_expires_at)
  ON wardbell.user_account TO wardbell_app, wardbell_relay;
GRANT SELECT (id, tenant_id, fresh_at) ON wardbell.auth_session TO wardbell_app, wardbell_relay;
REVOKE EXECUTE ON FUNCTION wardbell.is_blocked(uuid, text), wardbell.is_idle(wardbell.auth_session)
  FROM wardbell_app, wardbell_relay;

-- As before; wardbell_auth also writes audit rows of any tenant, and never an event.
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
    IF p_events IS DISTINCT FROM '[]'::jsonb OR wardbell.current_tenant() <> p_tenant THEN
      RAISE EXCEPTION 'this role writes audit rows only' USING ERRCODE = 'insufficient_privilege';
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
