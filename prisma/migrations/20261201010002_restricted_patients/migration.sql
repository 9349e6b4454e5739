-- Patients whose record only some may see: staff as patients, for instance. See docs/security.md.
ALTER TABLE wardbell.patient
  ADD COLUMN restricted boolean NOT NULL DEFAULT false,
  ADD COLUMN restricted_to text[] NOT NULL DEFAULT '{}'; -- users who may see it besides tenant admins
CREATE INDEX patient_restricted ON wardbell.patient (tenant_id, id) WHERE restricted;

-- Emergency access of a person to a restricted patient.
CREATE TABLE wardbell.break_glass (
  id          uuid NOT NULL DEFAULT gen_random_uuid(),
  tenant_id   uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  patient_id  uuid NOT NULL,
  user_id     text NOT NULL,
  role        text NOT NULL,
  reason      text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at  timestamptz NOT NULL,
  verdict     text CHECK (verdict IN ('justified', 'unjustified')),
  note        text,
  reviewed_by text,
  reviewed_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX break_glass_patient ON wardbell.break_glass (tenant_id, patient_id, user_id, expires_at);
CREATE INDEX break_glass_created ON wardbell.break_glass (tenant_id, created_at, id);
ALTER TABLE wardbell.break_glass ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON wardbell.break_glass FOR ALL TO wardbell_app
  USING (tenant_id = wardbell.current_tenant()) WITH CHECK (tenant_id = wardbell.current_tenant());
GRANT SELECT, INSERT, UPDATE ON wardbell.break_glass TO wardbell_app;

-- As search_patients(), for a user. A restricted patient is found by those who may see it, and by others only if p_exact is
-- its MRN. p_user NULL: a tenant admin. Those to leave out are read first, by their own index: as a condition of the search
-- they made the planner walk all names for a rare word.
CREATE FUNCTION wardbell.search_patients(
  p_patterns text[], p_after_name text, p_after_id uuid, p_limit integer, p_user text, p_exact text
) RETURNS SETOF uuid
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  conditions text;
  hidden     uuid[] := '{}';
BEGIN
  SELECT string_agg(format('AND p.search_text LIKE ($2)[%s]', n), ' ') INTO conditions
    FROM generate_subscripts(p_patterns, 1) AS n;
  IF p_user IS NOT NULL THEN
    SELECT coalesce(array_agg(r.id), '{}') INTO hidden
      FROM wardbell.patient r
      WHERE r.tenant_id = wardbell.current_tenant() AND r.restricted AND p_user <> ALL (r.restricted_to)
        AND r.mrn IS DISTINCT FROM p_exact
        AND NOT EXISTS (SELECT FROM wardbell.break_glass g
                        WHERE g.tenant_id = r.tenant_id AND g.patient_id = r.id AND g.user_id = p_user
                          AND g.expires_at > clock_timestamp());
  END IF;
  RETURN QUERY EXECUTE
    'SELECT p.id FROM wardbell.patient p WHERE p.tenant_id = $1 ' || coalesce(conditions, '') ||
    CASE WHEN cardinality(hidden) > 0 THEN ' AND p.id <> ALL ($6)' ELSE '' END ||
    ' AND ($4 IS NULL OR (p.sort_name, p.id) > ($3, $4)) ORDER BY p.sort_name, p.id LIMIT least($5, 1000)'
    USING wardbell.current_tenant(), p_patterns, p_after_name, p_after_id, p_limit, hidden;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.search_patients(text[], text, uuid, integer, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.search_patients(text[], text, uuid, integer, text, text) TO wardbell_app;

-- Writes the present restriction of a patient of this transaction's tenant into the events of the log and into stored
-- answers, so that what was sent before is not shown again by a replay. Reads the tenant's whole log (700,000 events: about
-- 3 s), once for each change of a restriction.
CREATE FUNCTION wardbell.label_patient(p_patient uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  tenant uuid := wardbell.current_tenant();
  label  jsonb;
BEGIN
  SELECT CASE WHEN p.restricted THEN jsonb_build_object('restricted', true, 'restricted_to', to_jsonb(p.restricted_to))
              ELSE '{}' END INTO STRICT label
    FROM wardbell.patient p WHERE p.tenant_id = tenant AND p.id = p_patient;
  UPDATE wardbell.outbox o SET data = (o.data - 'restricted' - 'restricted_to') || label
    WHERE o.tenant_id = tenant
      AND o.type IN ('patient_created', 'patient_updated', 'appointment_created', 'appointment_updated',
                     'appointment_cancelled')
      AND (o.data->>'id' = p_patient::text OR o.data->>'patient_id' = p_patient::text) AND NOT o.data ? 'purged';
  UPDATE wardbell.idempotency i SET body = (i.body - 'restricted' - 'restricted_to') || label
    WHERE i.tenant_id = tenant
      AND (i.body->>'id' = p_patient::text OR i.body->>'patient_id' = p_patient::text) AND NOT i.body ? 'purged';
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.label_patient(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.label_patient(uuid) TO wardbell_app;

-- A purge takes the texts of emergency accesses; who had one, when, and how it was judged stays.
CREATE FUNCTION wardbell.clear_break_glass() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  UPDATE wardbell.break_glass g SET reason = '', note = NULL
    WHERE g.tenant_id = NEW.tenant_id AND g.patient_id = NEW.patient_id;
  RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.clear_break_glass() FROM PUBLIC;
CREATE TRIGGER clear_break_glass AFTER INSERT ON wardbell.patient_purge
  FOR EACH ROW EXECUTE FUNCTION wardbell.clear_break_glass();
