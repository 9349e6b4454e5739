-- The same as before, with the timeline that the WAL is written to instead of that of the last checkpoint: a promoted
-- standby writes to its own timeline at once, but its first checkpoint may take minutes. The text of the fingerprint
-- stays, so an installation that was not promoted keeps its epoch. A standby answers an error.
CREATE OR REPLACE FUNCTION wardbell.check_epoch() RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  -- the name of a WAL file begins with the timeline, eight hexadecimal digits
  timeline integer := ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::integer;
  print    text;
  result   uuid;
BEGIN
  SELECT concat_ws('/', s.system_identifier, timeline, d.oid, 'wardbell.outbox'::regclass::oid)
    INTO print
    FROM pg_control_system() s, pg_database d
    WHERE d.datname = current_database();
  SELECT i.epoch INTO result FROM wardbell.installation i WHERE i.fingerprint = print;
  IF NOT FOUND THEN
    UPDATE wardbell.installation i
      SET epoch = CASE WHEN i.fingerprint = '' THEN i.epoch
                       WHEN i.fingerprint = print THEN i.epoch
                       ELSE gen_random_uuid() END,
          fingerprint = print
      RETURNING i.epoch INTO result;
  END IF;
  RETURN result;
END
$$;
