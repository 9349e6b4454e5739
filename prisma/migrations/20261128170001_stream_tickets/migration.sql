-- Tickets that open an event stream once, instead of an access token: who asked for one, and until when that person's
-- token is good. A ticket is redeemed by deleting its row, so of two uses on any instances exactly one succeeds.
CREATE TABLE wardbell.stream_ticket (
  hash             bytea PRIMARY KEY, -- SHA-256 of the ticket: the table alone lets nobody in
  tenant_id        uuid REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  user_id          text NOT NULL,
  role             text NOT NULL CHECK (role IN ('super_admin', 'tenant_admin', 'clinician', 'front_desk')),
  session_id       uuid,
  token_expires_at timestamptz NOT NULL,
  expires_at       timestamptz NOT NULL
);
CREATE INDEX stream_ticket_expiry ON wardbell.stream_ticket (expires_at);

ALTER TABLE wardbell.stream_ticket ENABLE ROW LEVEL SECURITY;
CREATE POLICY relay ON wardbell.stream_ticket FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
-- UPDATE is for row locks
GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.stream_ticket TO wardbell_relay;
