-- Deleting a patient moves its row, and its appointments, to tables of their own, from which they come back or are purged.
-- No list, search, count or foreign key can find what is there. `record` is the whole row as it was, with the version of
-- its deletion. See docs/decisions/0009-deleting.md.
CREATE TABLE wardbell.deleted_patient (
  tenant_id  uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  id         uuid NOT NULL,
  deleted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  sort_name  text COLLATE "C" NOT NULL,
  record     jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX deleted_patient_sort ON wardbell.deleted_patient (tenant_id, sort_name, id);
CREATE INDEX deleted_patient_deleted ON wardbell.deleted_patient (deleted_at);

CREATE TABLE wardbell.deleted_appointment (
  tenant_id  uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  id         uuid NOT NULL,
  patient_id uuid NOT NULL,
  record     jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, patient_id) REFERENCES wardbell.deleted_patient (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX deleted_appointment_patient ON wardbell.deleted_appointment (tenant_id, patient_id);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['deleted_patient', 'deleted_appointment'] LOOP
    EXECUTE format('ALTER TABLE wardbell.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON wardbell.%I FOR ALL TO wardbell_app
                    USING (tenant_id = wardbell.current_tenant())
                    WITH CHECK (tenant_id = wardbell.current_tenant())', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.%I TO wardbell_app', name);
  END LOOP;
END
$$;

-- Has the tenant records of people, also deleted ones that can come back? A tenant that has is deleted only after it was
-- suspended.
CREATE OR REPLACE FUNCTION wardbell.tenant_has_records(p_tenant uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  SELECT EXISTS (SELECT FROM wardbell.patient p WHERE p.tenant_id = p_tenant)
      OR EXISTS (SELECT FROM wardbell.deleted_patient p WHERE p.tenant_id = p_tenant)
$$;
