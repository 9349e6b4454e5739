-- The latest log lines of all instances. Readers take the last 10,000; instances delete older ones now and then.
CREATE TABLE wardbell.system_log (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      timestamptz NOT NULL, -- by the clock of the instance
  level   text NOT NULL CHECK (level IN ('info', 'warn', 'error')),
  message text NOT NULL,
  source  text NOT NULL, -- id of the instance
  dropped integer
);
ALTER TABLE wardbell.system_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY relay ON wardbell.system_log FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON wardbell.system_log TO wardbell_relay;
