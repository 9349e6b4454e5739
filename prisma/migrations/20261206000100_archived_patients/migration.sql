-- An archived patient stays where it is, with its history, and is left out of lists, searches and bookings unless somebody
-- asks for it. See docs/decisions/0023-merge-and-archive.md.
ALTER TABLE wardbell.patient ADD COLUMN archived boolean NOT NULL DEFAULT false;

-- As before, with p_archived: whether archived patients are found, too.
CREATE FUNCTION wardbell.search_patients(
  p_words text[], p_dates date[], p_after_name text, p_after_id uuid, p_limit integer, p_user text, p_exact text,
  p_archived boolean
) RETURNS SETOF uuid
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  tenant   uuid := wardbell.current_tenant();
  page     integer := least(p_limit, 1000);
  patterns text[] := wardbell.search_patterns(p_words);
  matches  text := '';
  hidden   uuid[] := wardbell.hidden_patients(p_user, p_exact);
  walked   bigint;
  hits     uuid[];
BEGIN
  SELECT coalesce(string_agg(format(' AND p.search_text LIKE ($2)[%s]', n), ''), '') INTO matches
    FROM generate_subscripts(patterns, 1) AS n;
  IF NOT p_archived THEN
    matches := matches || ' AND NOT p.archived';
  END IF;
  IF p_dates IS NULL THEN
    EXECUTE
      'SELECT count(*), array_agg(p.id ORDER BY p.sort_name, p.id) FILTER (WHERE p.id <> ALL ($5)' || matches || ')
       FROM (SELECT p.id, p.sort_name, p.search_text, p.archived FROM wardbell.patient p
             WHERE p.tenant_id = $1 AND ($4 IS NULL OR (p.sort_name, p.id) > ($3, $4))
             ORDER BY p.sort_name, p.id LIMIT 1000) p'
      INTO walked, hits USING tenant, patterns, p_after_name, p_after_id, hidden;
    IF walked < 1000 OR cardinality(hits) >= page THEN
      RETURN QUERY SELECT unnest(hits[1:page]);
      RETURN;
    END IF;
  END IF;
  RETURN QUERY EXECUTE
    'SELECT p.id
     FROM (SELECT p.id, p.sort_name FROM wardbell.patient p
           WHERE p.tenant_id = $1' || CASE WHEN p_dates IS NULL THEN '' ELSE ' AND p.birth_date = ANY ($6)' END || matches || '
           OFFSET 0) p
     WHERE p.id <> ALL ($5) AND ($4 IS NULL OR (p.sort_name, p.id) > ($3, $4))
     ORDER BY p.sort_name, p.id LIMIT $7'
    USING tenant, patterns, p_after_name, p_after_id, hidden, p_dates, page;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.search_patients(text[], date[], text, uuid, integer, text, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.search_patients(text[], date[], text, uuid, integer, text, text, boolean) TO wardbell_app;

-- For servers of the release before, which know no archived patients.
CREATE OR REPLACE FUNCTION wardbell.search_patients(
  p_words text[], p_dates date[], p_after_name text, p_after_id uuid, p_limit integer, p_user text, p_exact text
) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  SELECT wardbell.search_patients(p_words, p_dates, p_after_name, p_after_id, p_limit, p_user, p_exact, true)
$$;

-- As before, without archived patients.
CREATE OR REPLACE FUNCTION wardbell.duplicate_patients(p_last text, p_first text, p_birth date, p_limit integer, p_user text)
  RETURNS SETOF uuid
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  names   text[] := ARRAY[wardbell.name_key(p_last), wardbell.name_key(p_first)];
  whole   text[];
  starts  text[];
  ends    text[];
  slips_1 text[] := wardbell.slips(names[1]);
  slips_2 text[] := wardbell.slips(names[2]);
BEGIN
  SELECT array_agg('% ' || name || ' %' ORDER BY n), array_agg('% ' || left(name, (length(name) - 1) / 2) || '%' ORDER BY n),
         array_agg('%' || right(name, (length(name) - 1) / 2) || ' %' ORDER BY n)
    INTO whole, starts, ends FROM unnest(names) WITH ORDINALITY AS name (name, n);
  -- planned for these names: a frequent one and a rare one want different plans
  RETURN QUERY EXECUTE
    'WITH hit AS (
       (SELECT h.id FROM (SELECT p.id FROM wardbell.patient p
           WHERE p.tenant_id = $1 AND p.search_text LIKE ($2)[1] AND (p.search_text LIKE ($3)[2] OR p.search_text LIKE ($4)[2])
             AND NOT p.archived AND p.search_text || '''' LIKE ANY ($6) OFFSET 0) h LIMIT 200)
       UNION
       (SELECT h.id FROM (SELECT p.id FROM wardbell.patient p
           WHERE p.tenant_id = $1 AND p.search_text LIKE ($2)[2] AND (p.search_text LIKE ($3)[1] OR p.search_text LIKE ($4)[1])
             AND NOT p.archived AND p.search_text || '''' LIKE ANY ($5) OFFSET 0) h LIMIT 200)
       UNION
       (SELECT h.id FROM (SELECT p.id FROM wardbell.patient p
           WHERE p.tenant_id = $1 AND p.birth_date = $7 AND NOT p.archived
             AND (p.search_text || '''' LIKE ANY ($5) OR p.search_text || '''' LIKE ANY ($6))
           OFFSET 0) h LIMIT 200))
     SELECT p.id FROM hit JOIN wardbell.patient p ON p.tenant_id = $1 AND p.id = hit.id
     WHERE p.id <> ALL ($8)
     ORDER BY (p.birth_date = $7) IS TRUE DESC, p.search_text LIKE ALL ($2) DESC, p.sort_name, p.id LIMIT least($9, 100)'
    USING wardbell.current_tenant(), whole, starts, ends, slips_1, slips_2, p_birth, wardbell.hidden_patients(p_user, NULL), p_limit;
END
$$;
