-- Keys of services. A deleted key stays as a row, so that it is known to be revoked and the audit log can name it.
CREATE TABLE wardbell.integration_key (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id    uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  hash         bytea NOT NULL UNIQUE, -- SHA-256 of the key: the table alone lets nobody in
  prefix       text NOT NULL,
  scopes       text[] NOT NULL,
  role         text CHECK (role IN ('clinician', 'front_desk', 'ids')),
  created_by   text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz,
  last_used_at timestamptz,
  deleted_at   timestamptz
);
CREATE INDEX integration_key_tenant ON wardbell.integration_key (tenant_id, created_at, id) WHERE deleted_at IS NULL;
ALTER TABLE wardbell.integration_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON wardbell.integration_key FOR ALL TO wardbell_app
  USING (tenant_id = wardbell.current_tenant()) WITH CHECK (tenant_id = wardbell.current_tenant());
CREATE POLICY relay ON wardbell.integration_key FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
GRANT SELECT (id, tenant_id, name, prefix, scopes, role, created_by, created_at, expires_at, last_used_at, deleted_at),
  INSERT, UPDATE (deleted_at) ON wardbell.integration_key TO wardbell_app;
GRANT SELECT, UPDATE (last_used_at) ON wardbell.integration_key TO wardbell_relay;

-- Is this principal still allowed? A user or session that is not known to us is (single sign-on); one that
-- is known must be active, signed in and of the same role and tenant. A key (`key:<id>`) must be known, neither deleted
-- nor expired, and of this tenant.
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
  IF p_session IS NOT NULL AND EXISTS (SELECT FROM wardbell.auth_session s
                                       WHERE s.id = p_session AND s.revoked_at IS NOT NULL) THEN
    RETURN 'revoked';
  END IF;
  RETURN 'ok';
END
$$;
