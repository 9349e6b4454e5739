-- A patient that was merged into another one leaves the table of patients, as deleted ones do: no list, search, booking or
-- foreign key can find it. `record` is the row as it was, with the version of the merge. `merged_into` always names the
-- patient that is there: when that one is merged too, these rows follow. See docs/decisions/0023-merge-and-archive.md.
CREATE TABLE wardbell.merged_patient (
  tenant_id   uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  id          uuid NOT NULL,
  merged_into uuid NOT NULL, -- no foreign key: that patient can be deleted and restored
  mrn         text NOT NULL, -- the number that nobody has any more: of this patient, or of the other one if that took it over
  merged_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  merged_by   text NOT NULL,
  record      jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX merged_patient_into ON wardbell.merged_patient (tenant_id, merged_into);
CREATE INDEX merged_patient_mrn ON wardbell.merged_patient (tenant_id, mrn);
ALTER TABLE wardbell.merged_patient ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON wardbell.merged_patient FOR ALL TO wardbell_app
  USING (tenant_id = wardbell.current_tenant()) WITH CHECK (tenant_id = wardbell.current_tenant());
GRANT SELECT, INSERT, UPDATE (merged_into) ON wardbell.merged_patient TO wardbell_app;

-- A number on paper and on wristbands leads to the patient who has the record now. Nobody else gets it. Looked up after the row
-- was written, which may have waited for the merge that retires the number.
CREATE FUNCTION wardbell.refuse_merged_mrn() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  IF EXISTS (SELECT FROM wardbell.merged_patient m WHERE m.tenant_id = NEW.tenant_id AND m.mrn = NEW.mrn) THEN
    RAISE EXCEPTION 'this MRN is the one of a merged patient' USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.refuse_merged_mrn() FROM PUBLIC;
CREATE TRIGGER new_mrn AFTER INSERT ON wardbell.patient FOR EACH ROW EXECUTE FUNCTION wardbell.refuse_merged_mrn();
CREATE TRIGGER changed_mrn AFTER UPDATE OF mrn ON wardbell.patient FOR EACH ROW
  WHEN (OLD.mrn IS DISTINCT FROM NEW.mrn) EXECUTE FUNCTION wardbell.refuse_merged_mrn();

-- A purge takes those who were merged into the patient, too.
ALTER TABLE wardbell.patient_purge ADD COLUMN merged_ids uuid[] NOT NULL DEFAULT '{}';

CREATE OR REPLACE FUNCTION wardbell.begin_purge(p_tenant uuid, p_patient uuid) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  merged       uuid[];
  patterns     text[];
  appointments uuid[];
  last_version integer;
BEGIN
  PERFORM wardbell.require_tenant(p_tenant);
  SELECT (d.record->>'version')::integer INTO last_version FROM wardbell.deleted_patient d
    WHERE d.tenant_id = p_tenant AND d.id = p_patient FOR UPDATE;
  IF NOT FOUND THEN
    PERFORM FROM wardbell.patient_purge p WHERE p.tenant_id = p_tenant AND p.patient_id = p_patient;
    RETURN CASE WHEN FOUND THEN 'running' ELSE 'unknown' END;
  END IF;
  SELECT coalesce(array_agg(a.id), '{}') INTO appointments FROM wardbell.deleted_appointment a
    WHERE a.tenant_id = p_tenant AND a.patient_id = p_patient;
  WITH gone AS (
    DELETE FROM wardbell.merged_patient m WHERE m.tenant_id = p_tenant AND m.merged_into = p_patient RETURNING m.id
  )
  SELECT coalesce(array_agg(g.id), '{}') INTO merged FROM gone g;
  SELECT array_agg('%' || id || '%') INTO patterns FROM unnest(p_patient || merged) AS id;
  DELETE FROM wardbell.deleted_patient d WHERE d.tenant_id = p_tenant AND d.id = p_patient;
  -- The row of the key stays, or a repetition of the request would register the patient again.
  UPDATE wardbell.idempotency i SET body = '{"purged": true}'
    WHERE i.tenant_id = p_tenant AND i.body::text LIKE ANY (patterns);
  DELETE FROM wardbell.dead_letter l
    WHERE (l.tenant_id = p_tenant OR l.tenant_id IS NULL) AND l.event::text LIKE ANY (patterns);
  INSERT INTO wardbell.patient_purge (tenant_id, patient_id, version, appointment_ids, merged_ids, seq, until_seq)
    SELECT p_tenant, p_patient, last_version, appointments, merged,
           coalesce((SELECT min(o.seq) - 1 FROM wardbell.outbox o WHERE o.tenant_id = p_tenant), h.seq), h.seq
    FROM wardbell.tenant_head h WHERE h.tenant_id = p_tenant;
  RETURN 'begun';
END
$$;

CREATE OR REPLACE FUNCTION wardbell.purge_events(p_tenant uuid, p_patient uuid, p_count integer)
  RETURNS TABLE (numbers_left bigint, version integer)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  purge    wardbell.patient_purge;
  patterns text[];
  up_to    bigint;
BEGIN
  PERFORM wardbell.require_tenant(p_tenant);
  SELECT * INTO purge FROM wardbell.patient_purge p
    WHERE p.tenant_id = p_tenant AND p.patient_id = p_patient FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT array_agg('%' || id || '%') INTO patterns FROM unnest(p_patient || purge.merged_ids) AS id;
  up_to := least(purge.seq + p_count, purge.until_seq);
  UPDATE wardbell.outbox o
    SET data = CASE
          WHEN o.type IN ('patient_created', 'patient_updated', 'appointment_created', 'appointment_updated',
                          'appointment_cancelled') THEN
            jsonb_strip_nulls(jsonb_build_object('purged', true, 'id', o.data->'id', 'tenant_id', o.data->'tenant_id',
              'patient_id', o.data->'patient_id', 'version', o.data->'version'))
          ELSE jsonb_build_object('purged', true, 'patient_id', p_patient) END,
        cloud_event = NULL
    WHERE o.tenant_id = p_tenant AND o.seq > purge.seq AND o.seq <= up_to
      AND o.type NOT IN ('patient_deleted', 'appointment_deleted')
      AND (o.data::text LIKE ANY (patterns) OR o.cloud_event::text LIKE ANY (patterns)
           OR o.data->>'appointment_id' = ANY (purge.appointment_ids::text[]));
  numbers_left := purge.until_seq - up_to;
  version := purge.version;
  IF numbers_left > 0 THEN
    UPDATE wardbell.patient_purge p SET seq = up_to WHERE p.tenant_id = p_tenant AND p.patient_id = p_patient;
  ELSE
    DELETE FROM wardbell.patient_purge p WHERE p.tenant_id = p_tenant AND p.patient_id = p_patient;
  END IF;
  RETURN NEXT;
END
$$;

CREATE OR REPLACE FUNCTION wardbell.clear_break_glass() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  UPDATE wardbell.break_glass g SET reason = '', note = NULL
    WHERE g.tenant_id = NEW.tenant_id AND g.patient_id = ANY (NEW.patient_id || NEW.merged_ids);
  RETURN NULL;
END
$$;

-- What was sent about a patient before it was merged is restricted with the patient into which it was merged.
CREATE OR REPLACE FUNCTION wardbell.label_patient(p_patient uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  tenant uuid := wardbell.current_tenant();
  ids    text[];
  label  jsonb;
BEGIN
  SELECT CASE WHEN p.restricted THEN jsonb_build_object('restricted', true, 'restricted_to', to_jsonb(p.restricted_to))
              ELSE '{}' END INTO STRICT label
    FROM wardbell.patient p WHERE p.tenant_id = tenant AND p.id = p_patient;
  SELECT array_agg(m.id::text) || p_patient::text INTO ids FROM wardbell.merged_patient m
    WHERE m.tenant_id = tenant AND m.merged_into = p_patient;
  UPDATE wardbell.outbox o SET data = (o.data - 'restricted' - 'restricted_to') || label
    WHERE o.tenant_id = tenant
      AND o.type IN ('patient_created', 'patient_updated', 'appointment_created', 'appointment_updated',
                     'appointment_cancelled')
      AND (o.data->>'id' = ANY (ids) OR o.data->>'patient_id' = ANY (ids)) AND NOT o.data ? 'purged';
  UPDATE wardbell.idempotency i SET body = (i.body - 'restricted' - 'restricted_to') || label
    WHERE i.tenant_id = tenant
      AND (i.body->>'id' = ANY (ids) OR i.body->>'patient_id' = ANY (ids)) AND NOT i.body ? 'purged';
END
$$;
