-- Webhooks: endpoints of a tenant that get its events over HTTP. An endpoint reads the log from `position`, so there is
-- no queue beside the log. One sender at a time holds its lease.
CREATE TABLE wardbell.webhook (
  id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id       uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  url             text NOT NULL,
  types           text[] NOT NULL, -- empty: all
  payload         text NOT NULL CHECK (payload IN ('ids', 'clinician', 'front_desk')),
  description     text,
  status          text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
  disabled_reason text CHECK (disabled_reason IN ('administrator', 'gone', 'failing')),
  position        bigint NOT NULL CHECK (position >= 0), -- events up to this number are done
  epoch           uuid NOT NULL, -- of the history that `position` counts in
  attempt         integer NOT NULL DEFAULT 0, -- failed attempts of the event after `position`
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  last_success_at timestamptz,
  failing_since   timestamptz, -- first failure since the last success
  test_id         uuid, -- a test message that is still to be sent
  lease_token     uuid,
  lease_until     timestamptz,
  version         integer NOT NULL DEFAULT 1,
  created_by      text NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, id)
);
ALTER TABLE wardbell.webhook ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON wardbell.webhook FOR ALL TO wardbell_app
  USING (tenant_id = wardbell.current_tenant()) WITH CHECK (tenant_id = wardbell.current_tenant());
CREATE POLICY relay ON wardbell.webhook FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
GRANT SELECT, DELETE, INSERT,
  UPDATE (url, types, payload, description, status, disabled_reason, position, epoch, attempt, next_attempt_at,
          failing_since, test_id, version, updated_at) ON wardbell.webhook TO wardbell_app;
GRANT SELECT, UPDATE ON wardbell.webhook TO wardbell_relay;

-- Signing needs the secret itself, so it is stored as it is; only the relay role, which serves no request that shows it,
-- can read it. A secret without an end is the present one; those before it sign until they expire.
CREATE TABLE wardbell.webhook_secret (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id  uuid NOT NULL,
  webhook_id uuid NOT NULL,
  secret     bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  FOREIGN KEY (tenant_id, webhook_id) REFERENCES wardbell.webhook (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_secret_webhook ON wardbell.webhook_secret (webhook_id);
ALTER TABLE wardbell.webhook_secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON wardbell.webhook_secret FOR ALL TO wardbell_app
  USING (tenant_id = wardbell.current_tenant()) WITH CHECK (tenant_id = wardbell.current_tenant());
CREATE POLICY relay ON wardbell.webhook_secret FOR SELECT TO wardbell_relay USING (true);
GRANT SELECT (id, tenant_id, webhook_id, created_at, expires_at), INSERT, UPDATE (expires_at), DELETE
  ON wardbell.webhook_secret TO wardbell_app;
GRANT SELECT ON wardbell.webhook_secret TO wardbell_relay;

CREATE TABLE wardbell.webhook_attempt (
  id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id       uuid NOT NULL,
  webhook_id      uuid NOT NULL,
  message_id      text NOT NULL,
  seq             bigint,
  type            text NOT NULL,
  attempt         integer NOT NULL,
  outcome         text NOT NULL,
  status          integer,
  duration_ms     integer NOT NULL,
  at              timestamptz NOT NULL DEFAULT clock_timestamp(),
  next_attempt_at timestamptz,
  FOREIGN KEY (tenant_id, webhook_id) REFERENCES wardbell.webhook (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_attempt_webhook ON wardbell.webhook_attempt (webhook_id, at, id);
ALTER TABLE wardbell.webhook_attempt ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON wardbell.webhook_attempt FOR SELECT TO wardbell_app
  USING (tenant_id = wardbell.current_tenant());
CREATE POLICY relay ON wardbell.webhook_attempt FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
GRANT SELECT ON wardbell.webhook_attempt TO wardbell_app;
GRANT SELECT, INSERT, DELETE ON wardbell.webhook_attempt TO wardbell_relay;

-- Events that could not be delivered to a webhook, or not be published for a broker. `event` is the text as it was to be
-- sent, or as it came in.
CREATE TABLE wardbell.dead_letter (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id   uuid REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  origin      text NOT NULL CHECK (origin IN ('dapr', 'webhook')),
  reason      text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  topic       text,
  webhook_id  uuid,
  message_id  text,
  payload     text,
  event       json NOT NULL,
  retry_at    timestamptz, -- a retry was requested
  FOREIGN KEY (tenant_id, webhook_id) REFERENCES wardbell.webhook (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX dead_letter_tenant ON wardbell.dead_letter (tenant_id, received_at, id);
CREATE INDEX dead_letter_received ON wardbell.dead_letter (received_at);
CREATE INDEX dead_letter_webhook ON wardbell.dead_letter (webhook_id);
CREATE INDEX dead_letter_retry ON wardbell.dead_letter (webhook_id, retry_at) WHERE retry_at IS NOT NULL;
ALTER TABLE wardbell.dead_letter ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON wardbell.dead_letter FOR ALL TO wardbell_app
  USING (tenant_id = wardbell.current_tenant()) WITH CHECK (tenant_id = wardbell.current_tenant());
CREATE POLICY relay ON wardbell.dead_letter FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE (retry_at), DELETE ON wardbell.dead_letter TO wardbell_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.dead_letter TO wardbell_relay;
