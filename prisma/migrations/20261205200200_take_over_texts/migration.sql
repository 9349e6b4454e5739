-- The practitioners, rooms and types that appointments name become records. Spellings that differ in case and blanks only
-- are one; the one that most appointments have is its name. Distinct texts first: few of a million are folded.
CREATE FUNCTION pg_temp.texts() RETURNS TABLE (kind text, tenant_id uuid, name text, folded text, minutes integer)
  LANGUAGE sql
  AS $$
  WITH text AS MATERIALIZED (
    SELECT a.tenant_id, a.practitioner, a.room, a.type, a.duration_minutes, count(*) AS times
    FROM wardbell.appointment a GROUP BY 1, 2, 3, 4, 5
  ), named AS (
    SELECT 'practitioner' AS kind, t.tenant_id, t.practitioner AS name, NULL::integer AS minutes, t.times FROM text t
    UNION ALL SELECT 'room', t.tenant_id, t.room, NULL, t.times FROM text t
    UNION ALL SELECT 'type', t.tenant_id, t.type, t.duration_minutes, t.times FROM text t
  ), spelled AS (
    SELECT n.kind, n.tenant_id, n.name, sum(n.times) AS times FROM named n WHERE n.name IS NOT NULL GROUP BY 1, 2, 3
  ), lasting AS (
    SELECT DISTINCT ON (n.kind, n.tenant_id, n.name) n.kind, n.tenant_id, n.name, n.minutes
    FROM named n WHERE n.minutes IS NOT NULL ORDER BY n.kind, n.tenant_id, n.name, n.times DESC, n.minutes
  )
  SELECT DISTINCT ON (s.kind, s.tenant_id, f.folded) s.kind, s.tenant_id,
         regexp_replace(btrim(s.name), '\s+', ' ', 'g'), f.folded, l.minutes
  FROM spelled s CROSS JOIN LATERAL (SELECT wardbell.fold_name(s.name) AS folded) f
  LEFT JOIN lasting l ON l.kind = s.kind AND l.tenant_id = s.tenant_id AND l.name = s.name
  WHERE f.folded <> '' ORDER BY s.kind, s.tenant_id, f.folded, s.times DESC, s.name
$$;
CREATE TEMPORARY TABLE taken ON COMMIT DROP AS SELECT * FROM pg_temp.texts();
INSERT INTO wardbell.practitioner (tenant_id, name) SELECT t.tenant_id, t.name FROM taken t WHERE t.kind = 'practitioner'
  ON CONFLICT DO NOTHING;
INSERT INTO wardbell.room (tenant_id, name) SELECT t.tenant_id, t.name FROM taken t WHERE t.kind = 'room'
  ON CONFLICT DO NOTHING;
INSERT INTO wardbell.appointment_type (tenant_id, name, duration_minutes)
  SELECT t.tenant_id, t.name, t.minutes FROM taken t WHERE t.kind = 'type' ON CONFLICT DO NOTHING;
DROP FUNCTION pg_temp.texts();

-- Where the background task is that links the appointments of before, see wardbell.link_appointments(). No row: it is
-- through, or there were none.
CREATE TABLE wardbell.appointment_linking (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  tenant_id uuid NOT NULL, -- the last one that was looked at
  id        uuid NOT NULL
);
INSERT INTO wardbell.appointment_linking (tenant_id, id)
  SELECT '00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000'
  WHERE EXISTS (SELECT FROM wardbell.appointment);

-- Links the next p_limit appointments to the records with their texts, if they have none; returns whether there may be
-- more. Neither text nor version changes, so there is nothing to tell. Rows that somebody is writing are waited for.
CREATE FUNCTION wardbell.link_appointments(p_limit integer) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  place wardbell.appointment_linking;
  last  wardbell.appointment_linking;
BEGIN
  SELECT * INTO place FROM wardbell.appointment_linking FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN false; -- through, or another instance is at it
  END IF;
  WITH page AS MATERIALIZED (
    SELECT a.tenant_id, a.id, a.practitioner, a.room, a.type FROM wardbell.appointment a
    WHERE (a.tenant_id, a.id) > (place.tenant_id, place.id) ORDER BY a.tenant_id, a.id LIMIT p_limit
  ), linked AS (
    UPDATE wardbell.appointment a
    SET practitioner_id = coalesce(a.practitioner_id, m.practitioner_id), room_id = coalesce(a.room_id, m.room_id),
        type_id = coalesce(a.type_id, m.type_id)
    FROM (
      SELECT g.*, p.id AS practitioner_id, r.id AS room_id, t.id AS type_id
      FROM page g
      LEFT JOIN wardbell.practitioner p ON p.tenant_id = g.tenant_id AND p.folded = wardbell.fold_name(g.practitioner)
      LEFT JOIN wardbell.room r ON r.tenant_id = g.tenant_id AND r.folded = wardbell.fold_name(g.room)
      LEFT JOIN wardbell.appointment_type t ON t.tenant_id = g.tenant_id AND t.folded = wardbell.fold_name(g.type)
    ) m
    -- what was changed meanwhile was linked by whoever changed it
    WHERE a.tenant_id = m.tenant_id AND a.id = m.id
      AND (a.practitioner, a.room, a.type) IS NOT DISTINCT FROM (m.practitioner, m.room, m.type)
      AND (a.practitioner_id IS NULL AND m.practitioner_id IS NOT NULL OR a.room_id IS NULL AND m.room_id IS NOT NULL
           OR a.type_id IS NULL AND m.type_id IS NOT NULL)
  )
  SELECT true, g.tenant_id, g.id INTO last FROM page g ORDER BY g.tenant_id DESC, g.id DESC LIMIT 1;
  IF last.id IS NULL THEN
    DELETE FROM wardbell.appointment_linking;
    RETURN false;
  END IF;
  UPDATE wardbell.appointment_linking SET tenant_id = last.tenant_id, id = last.id;
  RETURN true;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.link_appointments(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.link_appointments(integer) TO wardbell_relay;
ALTER TABLE wardbell.appointment VALIDATE CONSTRAINT appointment_practitioner_fkey;
ALTER TABLE wardbell.appointment VALIDATE CONSTRAINT appointment_room_fkey;
ALTER TABLE wardbell.appointment VALIDATE CONSTRAINT appointment_type_fkey;
