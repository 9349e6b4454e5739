-- Purging a deleted patient: every copy of it in the database goes. The log keeps the numbers of its events, whose data is
-- replaced. A table that gets copies of patients or events later must be treated in begin_purge();
-- `http/purged-patients` searches all tables. See docs/decisions/0009-deleting.md.

-- Purges whose events are not all replaced yet. Whoever finds one goes on where it stopped.
CREATE TABLE wardbell.patient_purge (
  tenant_id       uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  patient_id      uuid NOT NULL,
  version         integer NOT NULL,
  appointment_ids uuid[] NOT NULL,
  seq             bigint NOT NULL, -- events up to here are done
  until_seq       bigint NOT NULL,
  begun_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, patient_id)
);
-- Without a policy or a grant: the functions below run as the owner.
ALTER TABLE wardbell.patient_purge ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION wardbell.require_tenant(p_tenant uuid) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  IF p_tenant IS DISTINCT FROM wardbell.current_tenant()
     AND NOT pg_has_role(session_user, 'wardbell_relay', 'USAGE') THEN
    RAISE EXCEPTION 'tenant is not the one of this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
END
$$;

-- Removes a deleted patient, its appointments, and the copies in stored answers and dead letters, and notes the rest of the
-- work. 'begun', 'running' when that was done before, or 'unknown'.
CREATE FUNCTION wardbell.begin_purge(p_tenant uuid, p_patient uuid) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  pattern      text := '%' || p_patient || '%';
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
  DELETE FROM wardbell.deleted_patient d WHERE d.tenant_id = p_tenant AND d.id = p_patient;
  -- The row of the key stays, or a repetition of the request would register the patient again.
  UPDATE wardbell.idempotency i SET body = '{"purged": true}'
    WHERE i.tenant_id = p_tenant AND i.body::text LIKE pattern;
  DELETE FROM wardbell.dead_letter l
    WHERE (l.tenant_id = p_tenant OR l.tenant_id IS NULL) AND l.event::text LIKE pattern;
  INSERT INTO wardbell.patient_purge (tenant_id, patient_id, version, appointment_ids, seq, until_seq)
    SELECT p_tenant, p_patient, last_version, appointments,
           coalesce((SELECT min(o.seq) - 1 FROM wardbell.outbox o WHERE o.tenant_id = p_tenant), h.seq), h.seq
    FROM wardbell.tenant_head h WHERE h.tenant_id = p_tenant;
  RETURN 'begun';
END
$$;

-- Replaces the data of the patient's events among the next p_count numbers of the log. Answers how many numbers are left
-- and the version of the deletion; no row when there is no such purge (any more). At 0 left the purge is over.
-- Of the server's own events the ids and the version stay. An application's own event belongs to the patient if it
-- contains the patient's id, or one of its appointments as `appointment_id`.
CREATE FUNCTION wardbell.purge_events(p_tenant uuid, p_patient uuid, p_count integer)
  RETURNS TABLE (numbers_left bigint, version integer)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  purge wardbell.patient_purge;
  up_to bigint;
BEGIN
  PERFORM wardbell.require_tenant(p_tenant);
  SELECT * INTO purge FROM wardbell.patient_purge p
    WHERE p.tenant_id = p_tenant AND p.patient_id = p_patient FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
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
      AND (o.data::text LIKE '%' || p_patient || '%' OR o.cloud_event::text LIKE '%' || p_patient || '%'
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

-- Patients who were deleted so many days ago, and purges that stopped, of all tenants.
CREATE FUNCTION wardbell.due_purges(p_days integer, p_limit integer) RETURNS TABLE (tenant_id uuid, patient_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  (SELECT d.tenant_id, d.id FROM wardbell.deleted_patient d
   WHERE d.deleted_at <= now() - make_interval(days => p_days) ORDER BY d.deleted_at LIMIT p_limit)
  UNION ALL
  (SELECT p.tenant_id, p.patient_id FROM wardbell.patient_purge p
   WHERE p.begun_at <= now() - interval '1 minute' LIMIT p_limit)
$$;

REVOKE EXECUTE ON FUNCTION wardbell.require_tenant(uuid), wardbell.begin_purge(uuid, uuid),
  wardbell.purge_events(uuid, uuid, integer), wardbell.due_purges(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.begin_purge(uuid, uuid), wardbell.purge_events(uuid, uuid, integer)
  TO wardbell_app, wardbell_relay;
GRANT EXECUTE ON FUNCTION wardbell.due_purges(integer, integer) TO wardbell_relay;
