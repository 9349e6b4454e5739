-- How the installation did, minute by minute, of each instance; kept for eight days.
CREATE TABLE wardbell.system_minute (
  minute      timestamptz NOT NULL,
  instance_id uuid NOT NULL,
  connections integer NOT NULL, -- most at once
  delivered   bigint NOT NULL,  -- messages given to sockets
  behind_ms   integer NOT NULL, -- greatest age of an event that was known to be missing
  lagging     integer NOT NULL, -- most sessions at once that were catching up
  PRIMARY KEY (minute, instance_id)
);
ALTER TABLE wardbell.system_minute ENABLE ROW LEVEL SECURITY;
CREATE POLICY relay ON wardbell.system_minute FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.system_minute TO wardbell_relay;

-- When a backup was finished. Whoever makes backups says so: nothing else in the database knows.
CREATE TABLE wardbell.backup (
  finished_at timestamptz PRIMARY KEY DEFAULT clock_timestamp()
);
ALTER TABLE wardbell.backup ENABLE ROW LEVEL SECURITY;
CREATE POLICY relay ON wardbell.backup FOR SELECT TO wardbell_relay USING (true);
GRANT SELECT ON wardbell.backup TO wardbell_relay;

-- For the command that makes backups, as the owner: SELECT wardbell.note_backup().
CREATE FUNCTION wardbell.note_backup() RETURNS timestamptz
  LANGUAGE sql
  AS $$
  DELETE FROM wardbell.backup b WHERE b.finished_at < now() - interval '90 days';
  INSERT INTO wardbell.backup DEFAULT VALUES RETURNING finished_at;
$$;
REVOKE EXECUTE ON FUNCTION wardbell.note_backup() FROM PUBLIC;
