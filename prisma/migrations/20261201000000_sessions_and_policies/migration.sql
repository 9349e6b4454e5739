-- How people of a tenant sign in. A tenant without a row has the defaults of the contract. `floor` has the least strict
-- values that `policy` may have; only a super admin writes it.
CREATE TABLE wardbell.tenant_security (
  tenant_id  uuid PRIMARY KEY REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  policy     jsonb NOT NULL,
  floor      jsonb NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE wardbell.tenant_security ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON wardbell.tenant_security FOR ALL TO wardbell_app
  USING (tenant_id = wardbell.current_tenant()) WITH CHECK (tenant_id = wardbell.current_tenant());
CREATE POLICY relay ON wardbell.tenant_security FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
GRANT SELECT ON wardbell.tenant_security TO wardbell_app;
GRANT SELECT, INSERT, UPDATE ON wardbell.tenant_security TO wardbell_relay;

-- Sessions end at `expires_at` and when nobody has acted for `idle_minutes`, which a change of the policy also sets in
-- sessions that are open, so that the check of each request reads one row.
ALTER TABLE wardbell.auth_session
  ADD COLUMN last_used_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN idle_minutes integer NOT NULL DEFAULT 30,
  ADD COLUMN fresh_at     timestamptz NOT NULL DEFAULT now(), -- the last time that a password or factor was shown
  ADD COLUMN address      text,
  ADD COLUMN client       text;

-- Until when a password that an administrator chose can be changed for one's own. NULL: it is one's own.
ALTER TABLE wardbell.user_account ADD COLUMN password_expires_at timestamptz;
GRANT SELECT (password_expires_at) ON wardbell.user_account TO wardbell_app;

-- Has nobody acted in this session for too long? An instance stores actions up to 5 s late, so there is a margin.
CREATE FUNCTION wardbell.is_idle(p_session wardbell.auth_session) RETURNS boolean
  LANGUAGE sql STABLE -- without SET, so that it is inlined where it is called
  AS $$
  SELECT p_session.last_used_at
       < pg_catalog.statement_timestamp() - pg_catalog.make_interval(mins => p_session.idle_minutes, secs => 10)
$$;
REVOKE EXECUTE ON FUNCTION wardbell.is_idle(wardbell.auth_session) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.is_idle(wardbell.auth_session) TO wardbell_app, wardbell_relay;

-- Is this principal still allowed? A user or session that is not known to us is (single sign-on); one that
-- is known must be active, signed in, neither expired nor idle, and of the same role and tenant. A key (`key:<id>`) must
-- be known, neither deleted nor expired, and of this tenant.
CREATE OR REPLACE FUNCTION wardbell.principal_verdict(p_tenant uuid, p_user text, p_role text, p_session uuid)
  RETURNS text
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  state   text;
  account wardbell.user_account;
BEGIN
  IF p_tenant IS NOT NULL THEN
    SELECT t.status INTO state FROM wardbell.tenant t WHERE t.id = p_tenant;
    IF NOT FOUND THEN RETURN 'unknown_tenant'; END IF;
    IF state <> 'active' THEN RETURN 'tenant_suspended'; END IF;
  END IF;
  IF p_user ~ '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$' THEN
    SELECT * INTO account FROM wardbell.user_account u WHERE u.id = p_user::uuid;
    IF FOUND AND (account.status <> 'active' OR account.deleted_at IS NOT NULL OR account.role <> p_role
                  OR account.tenant_id IS DISTINCT FROM p_tenant) THEN
      RETURN 'revoked';
    END IF;
  ELSIF starts_with(p_user, 'key:') THEN
    -- of no other form: an identity provider may call its users what it likes
    IF p_user !~ '^key:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' OR NOT EXISTS (
         SELECT FROM wardbell.integration_key k
         WHERE k.id = substr(p_user, 5)::uuid AND k.tenant_id = p_tenant AND k.deleted_at IS NULL
           AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())) THEN
      RETURN 'revoked';
    END IF;
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
