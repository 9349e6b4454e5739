-- A clinic's own gateways, which report their status.
CREATE TABLE wardbell.gateway (
  tenant_id      uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  gateway_id     text NOT NULL,
  gateway_type   text NOT NULL,
  status         text NOT NULL DEFAULT 'UNKNOWN' CHECK (status IN ('HEALTHY', 'DEGRADED', 'UNHEALTHY', 'UNKNOWN')),
  metadata       jsonb NOT NULL DEFAULT '{}',
  expect_every_s integer CHECK (expect_every_s >= 5),
  due_at         timestamptz, -- without a report until then it becomes UNHEALTHY
  changed_at     timestamptz NOT NULL DEFAULT now(),
  reported_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, gateway_id)
);
CREATE INDEX gateway_due_at ON wardbell.gateway (due_at) WHERE due_at IS NOT NULL;
ALTER TABLE wardbell.gateway ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON wardbell.gateway FOR ALL TO wardbell_app
  USING (tenant_id = wardbell.current_tenant()) WITH CHECK (tenant_id = wardbell.current_tenant());
CREATE POLICY relay ON wardbell.gateway FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.gateway TO wardbell_app;
GRANT SELECT, UPDATE (status, due_at, changed_at) ON wardbell.gateway TO wardbell_relay;
