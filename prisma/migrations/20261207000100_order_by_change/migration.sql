-- A page by last change is read from the index alone. To the millisecond, as the API tells it: clients put rows that change into
-- the same order. Whoever changes a patient writes this index, too: docs/performance.md has what that costs.
CREATE INDEX patient_updated ON wardbell.patient
  (tenant_id, date_trunc('milliseconds', updated_at AT TIME ZONE 'UTC'), id);

-- As before, and by last change (p_order 'updated'). Patients who are withheld from the caller come last there, too: their place
-- would tell when they were here.
CREATE OR REPLACE FUNCTION wardbell.order_patients(
  p_order text, p_descending boolean, p_words text[], p_dates date[], p_after_key text, p_after_id uuid, p_limit integer,
  p_user text, p_exact text, p_archived boolean
) RETURNS TABLE (id uuid, sort_key text)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
#variable_conflict use_column
DECLARE
  tenant    uuid := wardbell.current_tenant();
  page      integer := least(p_limit, 1000);
  patterns  text[] := wardbell.search_patterns(p_words);
  listed    text := CASE WHEN p_archived THEN '' ELSE ' AND NOT p.archived' END;
  matches   text := '';
  hidden    uuid[];
  withheld  uuid[];
  direction text := CASE WHEN p_descending THEN 'DESC' ELSE 'ASC' END;
  beyond    text := CASE WHEN p_descending THEN '<' ELSE '>' END;
  last_key  text := CASE WHEN p_descending THEN '-infinity' ELSE 'infinity' END;
  key_type  text := CASE p_order WHEN 'birth_date' THEN 'date' WHEN 'updated' THEN 'timestamp' ELSE 'text COLLATE "C"' END;
  key       text := CASE p_order
    WHEN 'birth_date' THEN 'p.birth_date'
    WHEN 'updated' THEN 'date_trunc(''milliseconds'', p.updated_at AT TIME ZONE ''UTC'')'
    ELSE 'p.sort_name' END;
  taken     integer;
BEGIN
  IF cardinality(patterns) > 0 OR p_dates IS NOT NULL THEN
    hidden := wardbell.hidden_patients(p_user, p_exact);
    -- one that is found by its exact MRN is in the list, but not at the place of its birth date
    withheld := wardbell.hidden_patients(p_user, NULL);
    SELECT coalesce(string_agg(format(' AND p.search_text LIKE ($2)[%s]', n), ''), '') INTO matches
      FROM generate_subscripts(patterns, 1) AS n;
    IF p_dates IS NOT NULL THEN matches := matches || ' AND p.birth_date = ANY ($3)'; END IF;
    RETURN QUERY EXECUTE format(
      'SELECT p.id, p.key::text
       FROM (SELECT p.id, %1$s AS key FROM wardbell.patient p WHERE p.tenant_id = $1%2$s%6$s OFFSET 0) p
       WHERE p.id <> ALL ($4) AND ($5 IS NULL OR (p.key, p.id) %3$s ($5::%4$s, $6))
       ORDER BY p.key %5$s, p.id %5$s LIMIT $7',
      CASE WHEN p_order IN ('birth_date', 'updated') THEN format(
        'CASE WHEN p.id = ANY ($8) THEN %1$L::%2$s ELSE coalesce(%3$s, %1$L::%2$s) END', last_key, key_type, key) ELSE key END,
      matches, beyond, key_type, direction, listed)
      USING tenant, patterns, p_dates, hidden, p_after_key, p_after_id, page, withheld;
    RETURN;
  END IF;
  IF p_order NOT IN ('birth_date', 'updated') THEN
    RETURN QUERY EXECUTE format(
      'SELECT p.id, p.sort_name::text FROM wardbell.patient p
       WHERE p.tenant_id = $1 AND ($2 IS NULL OR (p.sort_name, p.id) %1$s ($2, $3))%3$s
       ORDER BY p.sort_name %2$s, p.id %2$s LIMIT $4', beyond, direction, listed)
      USING tenant, p_after_key, p_after_id, page;
    RETURN;
  END IF;
  hidden := wardbell.hidden_patients(p_user, NULL);
  IF p_after_key IS DISTINCT FROM last_key THEN
    RETURN QUERY EXECUTE format(
      'SELECT p.id, (%4$s)::text FROM wardbell.patient p
       WHERE p.tenant_id = $1%6$s AND ($2 IS NULL OR (%4$s, p.id) %1$s ($2::%5$s, $3))
         AND p.id <> ALL ($4)%3$s
       ORDER BY %4$s %2$s, p.id %2$s LIMIT $5', beyond, direction, listed, key, key_type,
      CASE p_order WHEN 'birth_date' THEN ' AND p.birth_date IS NOT NULL' ELSE '' END)
      USING tenant, p_after_key, p_after_id, hidden, page;
    GET DIAGNOSTICS taken = ROW_COUNT;
    page := page - taken;
    p_after_id := NULL;
  END IF;
  IF page > 0 THEN
    RETURN QUERY EXECUTE format(
      'SELECT u.id, $5 FROM (
         (SELECT p.id FROM wardbell.patient p
          WHERE p.tenant_id = $1 AND %4$s AND p.id <> ALL ($3) AND ($2 IS NULL OR p.id %1$s $2)%3$s
          ORDER BY p.id %2$s LIMIT $4)
         UNION ALL
         SELECT p.id FROM wardbell.patient p
         WHERE p.tenant_id = $1 AND p.id = ANY ($3) AND ($2 IS NULL OR p.id %1$s $2)%3$s
       ) u ORDER BY u.id %2$s LIMIT $4', beyond, direction, listed,
      CASE p_order WHEN 'birth_date' THEN 'p.birth_date IS NULL' ELSE 'false' END)
      USING tenant, p_after_id, hidden, page, last_key;
  END IF;
END
$$;
