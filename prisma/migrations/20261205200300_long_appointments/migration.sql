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
