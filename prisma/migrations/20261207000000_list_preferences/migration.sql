-- What a person has chosen for the lists of the console: saved filters, hidden columns, and the practitioner of "My day". One
-- row for each list, so a person has no more than there are lists. See docs/decisions/0026.
CREATE TABLE wardbell.list_preference (
  id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id      uuid REFERENCES wardbell.tenant (id) ON DELETE CASCADE, -- NULL: of a super admin
  user_id        text NOT NULL CHECK (length(user_id) BETWEEN 1 AND 200),
  list           text NOT NULL CHECK (list IN ('schedule', 'patients', 'audit', 'events', 'users', 'connections', 'tenants',
                                               'system_log')),
  filters        jsonb NOT NULL DEFAULT '[]' CHECK (octet_length(filters::text) <= 65536),
  default_filter text,
  hidden_columns text[] NOT NULL DEFAULT '{}',
  practitioner   text,
  version        integer NOT NULL DEFAULT 1,
  CONSTRAINT list_preference_person UNIQUE NULLS NOT DISTINCT (tenant_id, user_id, list)
);
ALTER TABLE wardbell.list_preference ENABLE ROW LEVEL SECURITY;
-- Unlike accounts: without a tenant only the rows of super admins are there.
CREATE POLICY auth ON wardbell.list_preference FOR ALL TO wardbell_auth
  USING (tenant_id IS NOT DISTINCT FROM wardbell.current_tenant())
  WITH CHECK (tenant_id IS NOT DISTINCT FROM wardbell.current_tenant());
GRANT SELECT, INSERT, UPDATE ON wardbell.list_preference TO wardbell_auth;

-- They go with the account.
CREATE FUNCTION wardbell.forget_list_preferences() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  DELETE FROM wardbell.list_preference p WHERE p.user_id = NEW.id::text;
  RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.forget_list_preferences() FROM PUBLIC;
CREATE TRIGGER forget_list_preferences AFTER UPDATE OF deleted_at ON wardbell.user_account
  FOR EACH ROW WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL)
  EXECUTE FUNCTION wardbell.forget_list_preferences();
CREATE INDEX list_preference_user ON wardbell.list_preference (user_id);
