-- A locked session may do nothing until its person has shown who they are; its end is as near as before. `input_key`
-- encrypts in a browser what was not saved when the screen was locked: a session that is not locked may read it.
ALTER TABLE wardbell.auth_session
  ADD COLUMN locked_at timestamptz,
  ADD COLUMN input_key bytea NOT NULL
    DEFAULT decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')
    CHECK (length(input_key) = 32);

-- Is this principal still allowed? A user or session that is not known to us is (single sign-on), unless an admin has shut
-- it out; one that is known must be active, signed in, neither expired, idle nor locked, and of the same role
-- and tenant. A key (`key:<id>`) must be known,
-- neither deleted nor expired, and of this tenant.
CREATE OR REPLACE FUNCTION wardbell.principal_verdict(p_tenant uuid, p_user text, p_role text, p_session uuid)
  RETURNS text
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  state    text;
  account  wardbell.user_account;
  is_known boolean := false;
  verdict  text;
BEGIN
  IF p_tenant IS NOT NULL THEN
    SELECT t.status INTO state FROM wardbell.tenant t WHERE t.id = p_tenant;
    IF NOT FOUND THEN RETURN 'unknown_tenant'; END IF;
    IF state <> 'active' THEN RETURN 'tenant_suspended'; END IF;
  END IF;
  IF p_user ~ '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$' THEN
    SELECT * INTO account FROM wardbell.user_account u WHERE u.id = p_user::uuid;
    is_known := FOUND;
    IF is_known AND (account.status <> 'active' OR account.deleted_at IS NOT NULL OR account.role <> p_role
                     OR account.tenant_id IS DISTINCT FROM p_tenant) THEN
      RETURN 'revoked';
    END IF;
  ELSIF starts_with(p_user, 'key:') THEN
    is_known := true;
    -- of no other form: an identity provider may call its users what it likes
    IF p_user !~ '^key:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' OR NOT EXISTS (
         SELECT FROM wardbell.integration_key k
         WHERE k.id = substr(p_user, 5)::uuid AND k.tenant_id = p_tenant AND k.deleted_at IS NULL
           AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())) THEN
      RETURN 'revoked';
    END IF;
  END IF;
  IF NOT is_known AND wardbell.is_blocked(p_tenant, p_user) THEN
    RETURN 'revoked';
  END IF;
  IF p_session IS NOT NULL THEN
    SELECT CASE WHEN s.revoked_at IS NOT NULL OR s.expires_at <= clock_timestamp() OR wardbell.is_idle(s) THEN 'revoked'
                WHEN s.locked_at IS NOT NULL THEN 'locked' END
      INTO verdict FROM wardbell.auth_session s WHERE s.id = p_session;
    IF verdict IS NOT NULL THEN RETURN verdict; END IF;
  END IF;
  RETURN 'ok';
END
$$;

-- What the caller's own session says, for wardbell_app and wardbell_relay, which do not read sessions: the id of the session is
-- in the token. Within a tenant those of other tenants are none.
CREATE FUNCTION wardbell.describe_session(p_session uuid) RETURNS TABLE (idle_minutes integer, input_key bytea)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  SELECT s.idle_minutes, s.input_key FROM wardbell.auth_session s
  WHERE s.id = p_session AND s.revoked_at IS NULL AND s.tenant_id IS NOT DISTINCT FROM wardbell.current_tenant()
$$;
REVOKE EXECUTE ON FUNCTION wardbell.describe_session(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.describe_session(uuid) TO wardbell_app, wardbell_relay;
