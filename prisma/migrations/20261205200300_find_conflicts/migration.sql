-- What overlaps a time is looked for among the appointments that begin within two hours before it, and among these few:
-- one that lasts for a day would otherwise make every write read the whole day.
CREATE INDEX appointment_long ON wardbell.appointment (tenant_id, sort_at) WHERE duration_minutes > 120;

-- The office hours between two instants as instants, so that they are right on days with a change of the clock: those of
-- the practitioner, or of the clinic for one without their own. NULL: the clinic has no office hours. PL/pgSQL, because it
-- keeps the plans of its statements: before version 18 a function in SQL is planned in each call, which costs 1 ms.
CREATE FUNCTION wardbell.open_times(p_practitioner uuid, p_from timestamptz, p_to timestamptz) RETURNS tstzmultirange
  LANGUAGE plpgsql STABLE
  AS $$
DECLARE
  whose uuid;
  zone  text;
BEGIN
  SELECT o.practitioner_id INTO whose FROM wardbell.office_hour o
    WHERE o.tenant_id = wardbell.current_tenant() AND (o.practitioner_id IS NULL OR o.practitioner_id = p_practitioner)
    ORDER BY o.practitioner_id NULLS LAST LIMIT 1;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  SELECT t.time_zone INTO zone FROM wardbell.tenant t WHERE t.id = wardbell.current_tenant();
  RETURN (
    SELECT coalesce(range_agg(tstzrange(s.opens, s.closes)), '{}'::tstzmultirange)
    FROM (
      SELECT (d.day + make_interval(mins => o.opens)) AT TIME ZONE zone AS opens,
             (d.day + make_interval(mins => o.closes)) AT TIME ZONE zone AS closes
      FROM generate_series(((p_from AT TIME ZONE zone)::date - 1)::timestamp, (p_to AT TIME ZONE zone)::date::timestamp,
                           interval '1 day') AS d(day)
      JOIN wardbell.office_hour o ON o.weekday = extract(isodow FROM d.day)
      WHERE o.tenant_id = wardbell.current_tenant() AND o.practitioner_id IS NOT DISTINCT FROM whose
    ) s
    WHERE s.opens < s.closes -- hours that the change of the clock skips are none
  );
END
$$;

-- What a time overlaps: other active appointments of the practitioner, the room and the patient, absences, and the time
-- outside of office hours. Practitioner and room are given by id or by text. With the rights of the caller, so row-level
-- security confines it. Generic plans: planning for each call costs 1 ms, five times as much as running it.
CREATE FUNCTION wardbell.find_conflicts(
  p_appointment uuid, p_patient uuid, p_practitioner_id uuid, p_practitioner text, p_room_id uuid, p_room text,
  p_begins timestamptz, p_ends timestamptz, p_limit integer
) RETURNS TABLE (kind text, appointment_id uuid, begins timestamptz, ends timestamptz)
  LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan
  AS $$
#variable_conflict use_column
DECLARE
  tenant            uuid := wardbell.current_tenant();
  record_id         uuid; -- of the practitioner
  practitioner_name text := wardbell.fold_name(p_practitioner);
  room_name         text := wardbell.fold_name(p_room);
BEGIN
  IF p_practitioner_id IS NOT NULL THEN
    SELECT r.id, r.folded INTO record_id, practitioner_name FROM wardbell.practitioner r
      WHERE r.tenant_id = tenant AND r.id = p_practitioner_id AND r.active;
  ELSIF practitioner_name IS NOT NULL THEN
    SELECT r.id INTO record_id FROM wardbell.practitioner r
      WHERE r.tenant_id = tenant AND r.folded = practitioner_name AND r.active;
  END IF;
  IF p_room_id IS NOT NULL THEN
    SELECT r.folded INTO room_name FROM wardbell.room r WHERE r.tenant_id = tenant AND r.id = p_room_id AND r.active;
  END IF;
  RETURN QUERY
    WITH overlapping AS MATERIALIZED (
      -- folding costs more than comparing times, so only what overlaps is folded
      SELECT a.id, a.patient_id, a.practitioner, a.room, a.sort_at AS begins,
             a.sort_at + make_interval(mins => a.duration_minutes) AS ends
      FROM wardbell.appointment a
      WHERE a.tenant_id = tenant AND a.duration_minutes <= 120
        AND a.sort_at > p_begins - interval '2 hours' AND a.sort_at < p_ends
        AND a.status IN ('pending', 'booked', 'arrived', 'checked-in')
        AND a.sort_at + make_interval(mins => a.duration_minutes) > p_begins AND a.id IS DISTINCT FROM p_appointment
      UNION ALL
      SELECT a.id, a.patient_id, a.practitioner, a.room, a.sort_at,
             a.sort_at + make_interval(mins => a.duration_minutes)
      FROM wardbell.appointment a
      WHERE a.tenant_id = tenant AND a.duration_minutes > 120
        AND a.sort_at > p_begins - interval '24 hours' AND a.sort_at < p_ends
        AND a.status IN ('pending', 'booked', 'arrived', 'checked-in')
        AND a.sort_at + make_interval(mins => a.duration_minutes) > p_begins AND a.id IS DISTINCT FROM p_appointment
    )
    SELECT k.kind, o.id, o.begins, o.ends
    FROM overlapping o CROSS JOIN LATERAL (VALUES
      ('practitioner', practitioner_name = wardbell.fold_name(o.practitioner)), ('room', room_name = wardbell.fold_name(o.room)),
      ('patient', o.patient_id = p_patient)) AS k(kind, is_same)
    WHERE k.is_same ORDER BY o.begins, k.kind, o.id LIMIT p_limit;
  RETURN QUERY
    SELECT 'absence', NULL::uuid, b.begins_at, b.ends_at FROM wardbell.absence b
    WHERE b.tenant_id = tenant AND b.ends_at > p_begins AND b.begins_at < p_ends
      AND (b.practitioner_id IS NULL OR b.practitioner_id = record_id)
    ORDER BY b.begins_at LIMIT p_limit;
  IF NOT wardbell.open_times(record_id, p_begins, p_ends) @> tstzrange(p_begins, p_ends) THEN
    RETURN QUERY SELECT 'closed', NULL::uuid, p_begins, p_ends;
  END IF;
END
$$;
