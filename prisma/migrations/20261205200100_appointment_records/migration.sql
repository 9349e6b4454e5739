-- The columns alone: their lock on the table ends with this migration, before any row is read.
ALTER TABLE wardbell.appointment ADD COLUMN practitioner_id uuid, ADD COLUMN room_id uuid, ADD COLUMN type_id uuid;
ALTER TABLE wardbell.appointment
  ADD CONSTRAINT appointment_practitioner_fkey FOREIGN KEY (tenant_id, practitioner_id)
    REFERENCES wardbell.practitioner (tenant_id, id) NOT VALID,
  ADD CONSTRAINT appointment_room_fkey FOREIGN KEY (tenant_id, room_id)
    REFERENCES wardbell.room (tenant_id, id) NOT VALID,
  ADD CONSTRAINT appointment_type_fkey FOREIGN KEY (tenant_id, type_id)
    REFERENCES wardbell.appointment_type (tenant_id, id) NOT VALID;

-- Statuses that take a time.
CREATE FUNCTION wardbell.takes_time(p_status text) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT p_status IN ('pending', 'booked', 'arrived', 'checked-in') $$;

CREATE FUNCTION wardbell.bookings_of(p_row wardbell.appointment) RETURNS SETOF wardbell.booking
  LANGUAGE sql STABLE
  AS $$
  SELECT p_row.tenant_id, p_row.id, v.kind, v.resource, p_row.datetime,
         p_row.datetime + make_interval(mins => p_row.duration_minutes)
  FROM (VALUES ('practitioner', wardbell.fold_name(p_row.practitioner)), ('room', wardbell.fold_name(p_row.room)),
               ('patient', p_row.patient_id::text)) AS v(kind, resource)
  WHERE v.resource IS NOT NULL AND p_row.datetime IS NOT NULL AND wardbell.takes_time(p_row.status)
$$;

-- Takes the times of an appointment in a clinic that forbids double bookings. @throws 23P01 for one that is taken
CREATE FUNCTION wardbell.keep_bookings() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  -- shared, so writers do not wait for each other; a change of the rule waits for those that have read the old one
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('wardbell.booking/' || NEW.tenant_id, 0));
  IF EXISTS (SELECT FROM wardbell.clinic_setting s WHERE s.tenant_id = NEW.tenant_id AND s.double_booking = 'forbid') THEN
    -- one writer at a time: two that insert overlapping rows at the same moment would wait for each other until one of
    -- them is ended as a deadlock, a second later
    PERFORM pg_advisory_xact_lock(hashtextextended('wardbell.booking.write/' || NEW.tenant_id, 0));
    IF TG_OP = 'UPDATE' THEN
      DELETE FROM wardbell.booking b WHERE b.tenant_id = NEW.tenant_id AND b.appointment_id = NEW.id;
    END IF;
    INSERT INTO wardbell.booking SELECT * FROM wardbell.bookings_of(NEW);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER new_bookings AFTER INSERT ON wardbell.appointment FOR EACH ROW
  WHEN (NEW.datetime IS NOT NULL AND NEW.status IN ('pending', 'booked', 'arrived', 'checked-in'))
  EXECUTE FUNCTION wardbell.keep_bookings();
CREATE TRIGGER changed_bookings
  AFTER UPDATE OF datetime, duration_minutes, status, practitioner, room, patient_id ON wardbell.appointment FOR EACH ROW
  WHEN ((OLD.datetime, OLD.duration_minutes, OLD.practitioner, OLD.room, OLD.patient_id,
         OLD.status IN ('pending', 'booked', 'arrived', 'checked-in'))
    IS DISTINCT FROM (NEW.datetime, NEW.duration_minutes, NEW.practitioner, NEW.room, NEW.patient_id,
         NEW.status IN ('pending', 'booked', 'arrived', 'checked-in')))
  EXECUTE FUNCTION wardbell.keep_bookings();

-- Sets the rule of the clinic of this transaction and returns its upcoming appointments that overlap another one; the
-- rule `forbid` must not be committed while there are any.
CREATE FUNCTION wardbell.set_double_booking(p_rule text)
  RETURNS TABLE (kind text, appointment_id uuid, begins_at timestamptz, ends_at timestamptz)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
#variable_conflict use_column
DECLARE
  tenant uuid := wardbell.current_tenant();
BEGIN
  IF tenant IS NULL THEN
    RAISE EXCEPTION 'no tenant' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('wardbell.booking/' || tenant, 0));
  INSERT INTO wardbell.clinic_setting AS s (tenant_id, double_booking, version) VALUES (tenant, p_rule, 2)
    ON CONFLICT (tenant_id) DO UPDATE SET double_booking = p_rule, version = s.version + 1;
  DELETE FROM wardbell.booking b WHERE b.tenant_id = tenant;
  IF p_rule <> 'forbid' THEN
    RETURN;
  END IF;
  RETURN QUERY
    WITH upcoming AS MATERIALIZED (
      SELECT n.* FROM wardbell.appointment a CROSS JOIN LATERAL wardbell.bookings_of(a) n
      WHERE a.tenant_id = tenant AND a.sort_at > now() - interval '1 day' AND a.sort_at < 'infinity' AND n.ends_at > now()
    ), taken AS (
      INSERT INTO wardbell.booking AS b SELECT u.* FROM upcoming u ORDER BY u.begins_at, u.appointment_id
      ON CONFLICT DO NOTHING RETURNING b.appointment_id, b.kind
    )
    SELECT u.kind, u.appointment_id, u.begins_at, u.ends_at
    FROM upcoming u LEFT JOIN taken t ON t.appointment_id = u.appointment_id AND t.kind = u.kind
    WHERE t.kind IS NULL ORDER BY u.begins_at, u.appointment_id;
END
$$;

-- Counts a change of the office hours of the clinic of this transaction and returns the new version.
CREATE FUNCTION wardbell.touch_office_hours() RETURNS integer
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  INSERT INTO wardbell.clinic_setting AS s (tenant_id, hours_version) VALUES (wardbell.current_tenant(), 2)
    ON CONFLICT (tenant_id) DO UPDATE SET hours_version = s.hours_version + 1
  RETURNING hours_version
$$;

REVOKE EXECUTE ON FUNCTION wardbell.keep_bookings(), wardbell.set_double_booking(text), wardbell.touch_office_hours(),
  wardbell.bookings_of(wardbell.appointment) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.set_double_booking(text), wardbell.touch_office_hours() TO wardbell_app;
