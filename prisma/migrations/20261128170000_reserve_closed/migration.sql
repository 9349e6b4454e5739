-- `closed` ends an event stream: wardbell.emit() refuses the name, whatever else its present body does.
DO $migrate$
DECLARE
  definition text := pg_get_functiondef('wardbell.emit(uuid, text, jsonb, jsonb)'::regprocedure);
BEGIN
  IF position('''closed''' IN definition) > 0 THEN
    RETURN;
  END IF;
  ASSERT position('''position'',' IN definition) > 0, 'wardbell.emit() names no reserved types';
  EXECUTE replace(definition, '''position'',', '''position'', ''closed'',');
END
$migrate$;
