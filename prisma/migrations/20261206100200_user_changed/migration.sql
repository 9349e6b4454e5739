-- The event by which administrators of a tenant learn that an account of it changed. Applications may not emit it, and
-- wardbell_auth, which writes accounts, may write it, to tenant admins alone, as it writes notices.
DO $$
DECLARE
  definition text := pg_get_functiondef('wardbell.append(uuid, jsonb, jsonb)'::regprocedure);
  before     text := '(e.value->>''type'') IS DISTINCT FROM ''system_notification''';
  after      text := 'coalesce(e.value->>''type'', '''') NOT IN (''system_notification'', ''user_changed'')';
BEGIN
  IF position(before IN definition) = 0 THEN
    RAISE EXCEPTION 'wardbell.append() is not as this migration expects it';
  END IF;
  EXECUTE replace(definition, before, after);
END
$$;

-- The name is reserved: wardbell.emit() refuses it.
DO $$
DECLARE
  definition text := pg_get_functiondef('wardbell.emit(uuid, text, jsonb, jsonb)'::regprocedure);
BEGIN
  ASSERT position('''stale'',' IN definition) > 0, 'wardbell.emit() names no reserved types';
  EXECUTE replace(definition, '''stale'',', '''stale'', ''user_changed'',');
END
$$;
