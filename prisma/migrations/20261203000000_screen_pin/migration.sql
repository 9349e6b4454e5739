-- A short number that unlocks a person's own locked screens and signs nobody in. It is hashed with a key that is not in the
-- database, because so few digits are soon guessed.
CREATE TABLE wardbell.screen_pin (
  user_id    uuid PRIMARY KEY REFERENCES wardbell.user_account (id) ON DELETE CASCADE,
  hash       text NOT NULL, -- argon2id, PHC string
  created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE wardbell.screen_pin ENABLE ROW LEVEL SECURITY;
CREATE POLICY auth ON wardbell.screen_pin FOR ALL TO wardbell_auth USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.screen_pin TO wardbell_auth;

-- PINs that were shown to a locked session and were not right. It stays until the session is unlocked.
ALTER TABLE wardbell.auth_session ADD COLUMN pin_failures integer NOT NULL DEFAULT 0;

-- A PIN ends with the password that it stands for, and with the account, whoever changes them.
CREATE FUNCTION wardbell.forget_screen_pin() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  DELETE FROM wardbell.screen_pin p WHERE p.user_id = NEW.id;
  RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.forget_screen_pin() FROM PUBLIC;
CREATE TRIGGER forget_screen_pin AFTER UPDATE OF password_hash, deleted_at ON wardbell.user_account
  FOR EACH ROW WHEN (OLD.password_hash IS DISTINCT FROM NEW.password_hash
                     OR OLD.deleted_at IS DISTINCT FROM NEW.deleted_at)
  EXECUTE FUNCTION wardbell.forget_screen_pin();

-- Whether a person has a PIN, for the role of a clinic's work, which does not read them: of the tenant of the transaction, or
-- of a super admin.
CREATE FUNCTION wardbell.has_screen_pin(p_user uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  SELECT EXISTS (SELECT FROM wardbell.screen_pin p JOIN wardbell.user_account u ON u.id = p.user_id
                 WHERE u.id = p_user AND u.tenant_id IS NOT DISTINCT FROM wardbell.current_tenant())
$$;
REVOKE EXECUTE ON FUNCTION wardbell.has_screen_pin(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.has_screen_pin(uuid) TO wardbell_app, wardbell_relay;
