-- Until when a person has taken a notice on; NULL: not, or it is done.
ALTER TABLE wardbell.notice_recipient ADD COLUMN held_until timestamptz;

-- The event that tells the recipients of a notice its new state: wardbell.emit() refuses the name.
DO $migrate$
DECLARE
  definition text := pg_get_functiondef('wardbell.emit(uuid, text, jsonb, jsonb)'::regprocedure);
BEGIN
  ASSERT position('''notification_progress'',' IN definition) > 0, 'wardbell.emit() names no reserved types';
  EXECUTE replace(definition, '''notification_progress'',', '''notification_progress'', ''notification_state'',');
END
$migrate$;
