-- Sessions of people who signed in at an OpenID provider and have no account here. Their ids, `oidc:<slug>:<sub>`, are what
-- tokens, blocks, audit rows and disconnects name them by. What the provider said at the sign-in is kept in the session.
ALTER TABLE wardbell.auth_session
  ALTER COLUMN user_id DROP NOT NULL,
  ADD COLUMN external_id  text, -- the person's id in tokens
  ADD COLUMN role         text,
  ADD COLUMN provider     text, -- slug of the provider
  ADD COLUMN provider_sub text,
  ADD COLUMN provider_sid text, -- the session of the provider
  ADD COLUMN email        text,
  ADD COLUMN name         text,
  ADD CONSTRAINT auth_session_person CHECK ((user_id IS NULL) = (external_id IS NOT NULL)),
  ADD CONSTRAINT auth_session_external CHECK (
    external_id IS NULL
    OR (external_id = 'oidc:' || provider || ':' || provider_sub AND length(external_id) <= 200 AND role IS NOT NULL
        AND (role = 'super_admin') = (tenant_id IS NULL)));
CREATE INDEX auth_session_external_id ON wardbell.auth_session (external_id)
  WHERE revoked_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX auth_session_provider_sub ON wardbell.auth_session (provider_sub)
  WHERE revoked_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX auth_session_provider_sid ON wardbell.auth_session (provider_sid)
  WHERE revoked_at IS NULL AND provider_sid IS NOT NULL;

-- Logout tokens that were taken, for as long as they or a sign-in that they end could still arrive.
CREATE TABLE wardbell.oidc_logout (
  provider   text NOT NULL,
  jti_hash   bytea NOT NULL, -- SHA-256
  sub        text,
  sid        text,
  issued_at  timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (provider, jti_hash)
);
CREATE INDEX oidc_logout_expiry ON wardbell.oidc_logout (expires_at);
ALTER TABLE wardbell.oidc_logout ENABLE ROW LEVEL SECURITY;
CREATE POLICY auth ON wardbell.oidc_logout FOR ALL TO wardbell_auth USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON wardbell.oidc_logout TO wardbell_auth;

-- As before, with what the provider said of a person without an account.
DROP FUNCTION wardbell.describe_session(uuid);
CREATE FUNCTION wardbell.describe_session(p_session uuid)
  RETURNS TABLE (idle_minutes integer, input_key bytea, external_id text, provider text, email text, name text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  SELECT s.idle_minutes, s.input_key, s.external_id, s.provider, s.email, s.name FROM wardbell.auth_session s
  WHERE s.id = p_session AND s.revoked_at IS NULL AND s.tenant_id IS NOT DISTINCT FROM wardbell.current_tenant()
$$;
REVOKE EXECUTE ON FUNCTION wardbell.describe_session(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.describe_session(uuid) TO wardbell_app, wardbell_relay;
