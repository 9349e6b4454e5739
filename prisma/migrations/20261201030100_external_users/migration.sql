-- People of single sign-on, who have no account here: which were seen, and which are shut out.
CREATE TABLE wardbell.external_user (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id    uuid REFERENCES wardbell.tenant (id) ON DELETE CASCADE, -- NULL: in every tenant, and as a super admin
  sub          text NOT NULL CHECK (length(sub) BETWEEN 1 AND 200),
  role         text, -- NULL: was never seen
  last_seen_at timestamptz,
  blocked_at   timestamptz,
  blocked_by   text,
  CONSTRAINT external_user_sub UNIQUE NULLS NOT DISTINCT (tenant_id, sub)
);
CREATE INDEX external_user_blocked ON wardbell.external_user (sub) WHERE blocked_at IS NOT NULL;
ALTER TABLE wardbell.external_user ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON wardbell.external_user FOR ALL TO wardbell_app
  USING (tenant_id = wardbell.current_tenant()) WITH CHECK (tenant_id = wardbell.current_tenant());
CREATE POLICY relay ON wardbell.external_user FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE (blocked_at, blocked_by) ON wardbell.external_user TO wardbell_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.external_user TO wardbell_relay;

-- Is this person shut out of the tenant, by its admin or by a super admin?
CREATE FUNCTION wardbell.is_blocked(p_tenant uuid, p_sub text) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  SELECT EXISTS (SELECT FROM wardbell.external_user e
                 WHERE e.sub = p_sub AND e.blocked_at IS NOT NULL AND (e.tenant_id IS NULL OR e.tenant_id = p_tenant))
$$;
REVOKE EXECUTE ON FUNCTION wardbell.is_blocked(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.is_blocked(uuid, text) TO wardbell_app, wardbell_relay;

-- Is this principal still allowed? A user or session that is not known to us is (single sign-on), unless an admin has shut
-- it out; one that is known must be active, signed in, neither expired nor idle, and of the same role and tenant. A key (`key:<id>`) must be known,
-- neither deleted nor expired, and of this tenant.
CREATE OR REPLACE FUNCTION wardbell.principal_verdict(p_tenant uuid, p_user text, p_role text, p_session uuid)
  RETURNS text
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  state    text;
  account  wardbell.user_account;
  is_known boolean := false;
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
  IF p_session IS NOT NULL AND EXISTS (
       SELECT FROM wardbell.auth_session s
       WHERE s.id = p_session
         AND (s.revoked_at IS NOT NULL OR s.expires_at <= clock_timestamp() OR wardbell.is_idle(s))) THEN
    RETURN 'revoked';
  END IF;
  RETURN 'ok';
END
$$;
