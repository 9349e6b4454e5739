-- Authenticator apps (RFC 6238). Secrets are stored as they are, because verification needs them; only the role that
-- signs people in can read them. A new secret is pending until a code of it was shown. `last_step` is the time step of the
-- last code that was accepted: each works once.
CREATE TABLE wardbell.totp (
  user_id        uuid PRIMARY KEY REFERENCES wardbell.user_account (id) ON DELETE CASCADE,
  secret         bytea,
  pending_secret bytea,
  last_step      bigint NOT NULL DEFAULT 0
);

CREATE TABLE wardbell.recovery_code (
  user_id uuid NOT NULL REFERENCES wardbell.user_account (id) ON DELETE CASCADE,
  hash    bytea NOT NULL, -- SHA-256 of the code, which has 80 random bits
  PRIMARY KEY (user_id, hash)
);

-- WebAuthn credentials. `counter` is the authenticator's signature counter.
CREATE TABLE wardbell.passkey (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id       uuid NOT NULL REFERENCES wardbell.user_account (id) ON DELETE CASCADE,
  credential_id text NOT NULL UNIQUE, -- base64url
  public_key    bytea NOT NULL,       -- COSE
  counter       bigint NOT NULL,
  transports    text[] NOT NULL DEFAULT '{}',
  name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  created_at    timestamptz NOT NULL DEFAULT now(),
  last_used_at  timestamptz
);
CREATE INDEX passkey_user ON wardbell.passkey (user_id, created_at);

-- A step of a sign-in that is under way, or a WebAuthn challenge. The table alone lets nobody in.
CREATE TABLE wardbell.sign_in_step (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  purpose    text NOT NULL CHECK (purpose IN ('second_factor', 'password_change', 'enrolment', 'assertion', 'registration')),
  hash       bytea NOT NULL UNIQUE, -- SHA-256 of the token, or of the challenge
  user_id    uuid REFERENCES wardbell.user_account (id) ON DELETE CASCADE, -- NULL: whoever answers the challenge
  source     text NOT NULL,         -- the network that began it
  failures   integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX sign_in_step_user ON wardbell.sign_in_step (user_id, purpose);
CREATE INDEX sign_in_step_source ON wardbell.sign_in_step (source) WHERE user_id IS NULL;
CREATE INDEX sign_in_step_expiry ON wardbell.sign_in_step (expires_at);

ALTER TABLE wardbell.totp ENABLE ROW LEVEL SECURITY;
ALTER TABLE wardbell.recovery_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE wardbell.passkey ENABLE ROW LEVEL SECURITY;
ALTER TABLE wardbell.sign_in_step ENABLE ROW LEVEL SECURITY;
CREATE POLICY relay ON wardbell.totp FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
CREATE POLICY relay ON wardbell.recovery_code FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
CREATE POLICY relay ON wardbell.passkey FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
CREATE POLICY relay ON wardbell.sign_in_step FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.totp, wardbell.recovery_code, wardbell.passkey, wardbell.sign_in_step
  TO wardbell_relay;

-- A sign-in that is under way ends with a change of the account, whoever makes the change.
CREATE FUNCTION wardbell.end_sign_in_steps() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  DELETE FROM wardbell.sign_in_step s WHERE s.user_id = NEW.id;
  RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.end_sign_in_steps() FROM PUBLIC;
CREATE TRIGGER end_sign_in_steps AFTER UPDATE OF password_hash, role, status, deleted_at ON wardbell.user_account
  FOR EACH ROW WHEN (OLD.password_hash IS DISTINCT FROM NEW.password_hash OR OLD.role <> NEW.role
                     OR OLD.status <> NEW.status OR OLD.deleted_at IS DISTINCT FROM NEW.deleted_at)
  EXECUTE FUNCTION wardbell.end_sign_in_steps();

-- How many factors a person has, for the role of a clinic's work, which reads none of the tables above: of the tenant of the
-- transaction, or of a super admin.
CREATE FUNCTION wardbell.count_factors(p_user uuid)
  RETURNS TABLE (totp boolean, passkeys integer, recovery_codes integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  SELECT EXISTS (SELECT FROM wardbell.totp t WHERE t.user_id = u.id AND t.secret IS NOT NULL),
         (SELECT count(*)::integer FROM wardbell.passkey p WHERE p.user_id = u.id),
         (SELECT count(*)::integer FROM wardbell.recovery_code c WHERE c.user_id = u.id)
  FROM wardbell.user_account u
  WHERE u.id = p_user AND u.tenant_id IS NOT DISTINCT FROM wardbell.current_tenant()
$$;
REVOKE EXECUTE ON FUNCTION wardbell.count_factors(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.count_factors(uuid) TO wardbell_app, wardbell_relay;
