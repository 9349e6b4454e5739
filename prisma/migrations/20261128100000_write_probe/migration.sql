-- A row of each instance that it writes every second the way that a clinic's write goes, so that its health
-- says whether writes work. No tenant's data.
CREATE TABLE wardbell.write_probe (
  instance_id uuid PRIMARY KEY,
  at          timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 10); -- every update finds room on its page

-- Writes the row of p_instance and forgets instances that are long gone. The rows of the series do not fit into
-- work_mem, so they go to a file: a full disk fails here too, while the row itself would still find room. The
-- file costs no WAL and leaves nothing behind.
CREATE FUNCTION wardbell.probe_write(p_instance uuid) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET work_mem = '64kB'
  AS $$
BEGIN
  PERFORM count(*) FROM generate_series(1, 10000);
  INSERT INTO wardbell.write_probe AS p (instance_id) VALUES (p_instance)
    ON CONFLICT (instance_id) DO UPDATE SET at = excluded.at;
  DELETE FROM wardbell.write_probe WHERE at < clock_timestamp() - interval '1 hour';
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.probe_write(uuid) FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.write_probe TO wardbell_app;
GRANT EXECUTE ON FUNCTION wardbell.probe_write(uuid) TO wardbell_app;
