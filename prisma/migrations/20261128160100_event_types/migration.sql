-- Application-defined event types that a tenant has described. `schema` is JSON Schema 2020-12 as it was sent.
CREATE TABLE wardbell.event_type (
  tenant_id   uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  type        text NOT NULL,
  description text,
  schema      json,
  version     integer NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, type)
);
ALTER TABLE wardbell.event_type ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON wardbell.event_type FOR ALL TO wardbell_app
  USING (tenant_id = wardbell.current_tenant()) WITH CHECK (tenant_id = wardbell.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.event_type TO wardbell_app;
