-- What overlaps a time is looked for among the appointments that begin within two hours before it, and among these few:
-- one that lasts for a day would otherwise make every write read the whole day.
CREATE INDEX appointment_long ON wardbell.appointment (tenant_id, sort_at) WHERE duration_minutes > 120;

-- The office hours between two instants as instants, so that they are right on days with a change of the clock: those of
-- the practitioner, or of the clinic for one without their own. NULL: the clinic has no office hours.
CREATE FUNCTION wardbell.open_times(p_practitioner uuid, p_from timestamptz, p_to timestamptz) RETURNS tstzmultirange
  LANGUAGE sql STABLE
  AS $$
  WITH hour AS MATERIALIZED (
    SELECT o.practitioner_id, o.weekday, o.opens, o.closes FROM wardbell.office_hour o
    WHERE o.tenant_id = wardbell.current_tenant() AND (o.practitioner_id IS NULL OR o.practitioner_id = p_practitioner)
  ), used AS (
    SELECT h.* FROM hour h
    WHERE (h.practitioner_id IS NOT NULL) = EXISTS (SELECT FROM hour o WHERE o.practitioner_id IS NOT NULL)
  ), day AS (
    SELECT d.day::date AS day, t.time_zone
    FROM wardbell.tenant t CROSS JOIN LATERAL generate_series(
      (p_from AT TIME ZONE t.time_zone)::date - 1, (p_to AT TIME ZONE t.time_zone)::date, interval '1 day') AS d(day)
    WHERE t.id = wardbell.current_tenant()
  ), span AS (
    SELECT (day.day + make_interval(mins => u.opens)) AT TIME ZONE day.time_zone AS opens,
           (day.day + make_interval(mins => u.closes)) AT TIME ZONE day.time_zone AS closes
    FROM day JOIN used u ON u.weekday = extract(isodow FROM day.day)
  )
  SELECT CASE WHEN EXISTS (SELECT FROM hour) THEN coalesce(range_agg(tstzrange(s.opens, s.closes)), '{}'::tstzmultirange) END
  -- hours that the change of the clock skips are none
  FROM span s WHERE s.opens < s.closes
$$;
