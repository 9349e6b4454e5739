-- What a clinic books with: practitioners, rooms, types of appointments, office hours, absences and its rules. See
-- docs/clinic-setup.md.
CREATE EXTENSION IF NOT EXISTS btree_gist; -- trusted, as pg_trgm

-- How names are compared: case, forms of a character and the number of blanks do not matter.
CREATE FUNCTION wardbell.fold_name(p_name text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT lower(regexp_replace(btrim(normalize(p_name, NFKC)), '\s+', ' ', 'g')) $$;

CREATE TABLE wardbell.practitioner (
  tenant_id  uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  id         uuid NOT NULL DEFAULT gen_random_uuid(),
  name       text NOT NULL,
  color      text NOT NULL DEFAULT '#868e96',
  active     boolean NOT NULL DEFAULT true,
  user_id    text,
  version    integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  folded     text COLLATE "C" NOT NULL GENERATED ALWAYS AS (wardbell.fold_name(name)) STORED,
  PRIMARY KEY (tenant_id, id)
);
CREATE TABLE wardbell.room (
  tenant_id  uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  id         uuid NOT NULL DEFAULT gen_random_uuid(),
  name       text NOT NULL,
  color      text NOT NULL DEFAULT '#868e96',
  active     boolean NOT NULL DEFAULT true,
  version    integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  folded     text COLLATE "C" NOT NULL GENERATED ALWAYS AS (wardbell.fold_name(name)) STORED,
  PRIMARY KEY (tenant_id, id)
);
CREATE TABLE wardbell.appointment_type (
  tenant_id        uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  id               uuid NOT NULL DEFAULT gen_random_uuid(),
  name             text NOT NULL,
  color            text NOT NULL DEFAULT '#868e96',
  active           boolean NOT NULL DEFAULT true,
  duration_minutes integer NOT NULL DEFAULT 30 CHECK (duration_minutes BETWEEN 1 AND 1440),
  version          integer NOT NULL DEFAULT 1,
  created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  folded           text COLLATE "C" NOT NULL GENERATED ALWAYS AS (wardbell.fold_name(name)) STORED,
  PRIMARY KEY (tenant_id, id)
);

CREATE UNIQUE INDEX practitioner_name ON wardbell.practitioner (tenant_id, folded);
CREATE UNIQUE INDEX room_name ON wardbell.room (tenant_id, folded);
CREATE UNIQUE INDEX appointment_type_name ON wardbell.appointment_type (tenant_id, folded);

-- Minutes of the day in the time zone of the clinic.
CREATE TABLE wardbell.office_hour (
  tenant_id       uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  id              uuid NOT NULL DEFAULT gen_random_uuid(),
  practitioner_id uuid, -- NULL: of the clinic
  weekday         integer NOT NULL CHECK (weekday BETWEEN 1 AND 7), -- 1: Monday
  opens           integer NOT NULL CHECK (opens >= 0),
  closes          integer NOT NULL CHECK (closes > opens AND closes <= 1440),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, practitioner_id) REFERENCES wardbell.practitioner (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX office_hour_practitioner ON wardbell.office_hour (tenant_id, practitioner_id);

CREATE TABLE wardbell.absence (
  tenant_id       uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  id              uuid NOT NULL DEFAULT gen_random_uuid(),
  practitioner_id uuid, -- NULL: the whole clinic
  begins_at       timestamptz NOT NULL,
  ends_at         timestamptz NOT NULL CHECK (ends_at > begins_at),
  label           text NOT NULL DEFAULT '',
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, practitioner_id) REFERENCES wardbell.practitioner (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX absence_end ON wardbell.absence (tenant_id, ends_at);
CREATE INDEX absence_practitioner ON wardbell.absence (tenant_id, practitioner_id);

-- No row: as the defaults say. Written by wardbell.set_double_booking() and wardbell.touch_office_hours() alone.
CREATE TABLE wardbell.clinic_setting (
  tenant_id      uuid PRIMARY KEY REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  double_booking text NOT NULL DEFAULT 'allow' CHECK (double_booking IN ('allow', 'forbid')),
  version        integer NOT NULL DEFAULT 1,
  hours_version  integer NOT NULL DEFAULT 1
);

-- Times that are taken, of clinics that forbid double bookings. A trigger on appointments keeps it, so that nobody who
-- writes appointments can pass it by. `resource` is the id of the patient or the folded name of practitioner or room.
CREATE TABLE wardbell.booking (
  tenant_id      uuid NOT NULL,
  appointment_id uuid NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('practitioner', 'room', 'patient')),
  resource       text NOT NULL,
  begins_at      timestamptz NOT NULL,
  ends_at        timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, appointment_id, kind),
  FOREIGN KEY (tenant_id, appointment_id) REFERENCES wardbell.appointment (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT booking_overlap EXCLUDE USING gist
    (tenant_id WITH =, kind WITH =, resource WITH =, tstzrange(begins_at, ends_at) WITH &&)
);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['practitioner', 'room', 'appointment_type', 'office_hour', 'absence', 'clinic_setting',
                              'booking'] LOOP
    EXECUTE format('ALTER TABLE wardbell.%I ENABLE ROW LEVEL SECURITY', name);
    IF name <> 'booking' THEN
      EXECUTE format('CREATE POLICY tenant ON wardbell.%I FOR ALL TO wardbell_app
                      USING (tenant_id = wardbell.current_tenant()) WITH CHECK (tenant_id = wardbell.current_tenant())', name);
    END IF;
  END LOOP;
END
$$;
GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.practitioner, wardbell.room, wardbell.appointment_type, wardbell.absence
  TO wardbell_app;
GRANT SELECT, INSERT, DELETE ON wardbell.office_hour TO wardbell_app;
GRANT SELECT ON wardbell.clinic_setting TO wardbell_app;

-- The name of a new type of events, which the server writes: wardbell.emit() refuses it.
DO $migrate$
DECLARE
  definition text := pg_get_functiondef('wardbell.emit(uuid, text, jsonb, jsonb)'::regprocedure);
BEGIN
  ASSERT position('''stale'',' IN definition) > 0, 'wardbell.emit() names no reserved types';
  IF position('''clinic_setup_changed''' IN definition) = 0 THEN
    EXECUTE replace(definition, '''stale'',', '''stale'', ''clinic_setup_changed'',');
  END IF;
END
$migrate$;
