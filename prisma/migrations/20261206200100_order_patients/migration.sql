-- A page by birth date is read from the index alone: patients without one, too, have an order. The index of before goes at the
-- end, because that keeps readers waiting.
CREATE INDEX patient_birth_order ON wardbell.patient (tenant_id, birth_date, id);

-- Patients of this transaction's tenant after a position, in another order than that of search_patients(): by name from the
-- end, or by birth date. p_words, p_dates, p_user and p_exact: see search_patients(); without words and dates everybody.
--
-- Those without a birth date come last in either direction. So do those whose birth date the caller may not see: their place
-- would tell it. The key of these is infinite.
--
-- A search reads all whom it finds, because only the list by name is walked for frequent words.
CREATE FUNCTION wardbell.order_patients(
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
      CASE p_order WHEN 'birth_date' THEN format(
        'CASE WHEN p.id = ANY ($8) THEN %1$L::date ELSE coalesce(p.birth_date, %1$L::date) END', last_key) ELSE 'p.sort_name' END,
      matches, beyond, CASE p_order WHEN 'birth_date' THEN 'date' ELSE 'text COLLATE "C"' END, direction, listed)
      USING tenant, patterns, p_dates, hidden, p_after_key, p_after_id, page, withheld;
    RETURN;
  END IF;
  IF p_order <> 'birth_date' THEN
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
      'SELECT p.id, p.birth_date::text FROM wardbell.patient p
       WHERE p.tenant_id = $1 AND p.birth_date IS NOT NULL AND ($2 IS NULL OR (p.birth_date, p.id) %1$s ($2::date, $3))
         AND p.id <> ALL ($4)%3$s
       ORDER BY p.birth_date %2$s, p.id %2$s LIMIT $5', beyond, direction, listed)
      USING tenant, p_after_key, p_after_id, hidden, page;
    GET DIAGNOSTICS taken = ROW_COUNT;
    page := page - taken;
    p_after_id := NULL;
  END IF;
  IF page > 0 THEN
    RETURN QUERY EXECUTE format(
      'SELECT u.id, $5 FROM (
         (SELECT p.id FROM wardbell.patient p
          WHERE p.tenant_id = $1 AND p.birth_date IS NULL AND p.id <> ALL ($3) AND ($2 IS NULL OR p.id %1$s $2)%3$s
          ORDER BY p.id %2$s LIMIT $4)
         UNION ALL
         SELECT p.id FROM wardbell.patient p
         WHERE p.tenant_id = $1 AND p.id = ANY ($3) AND ($2 IS NULL OR p.id %1$s $2)%3$s
       ) u ORDER BY u.id %2$s LIMIT $4', beyond, direction, listed)
      USING tenant, p_after_id, hidden, page, last_key;
  END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION
  wardbell.order_patients(text, boolean, text[], date[], text, uuid, integer, text, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  wardbell.order_patients(text, boolean, text[], date[], text, uuid, integer, text, text, boolean) TO wardbell_app;

DROP INDEX wardbell.patient_birth_date;
ALTER INDEX wardbell.patient_birth_order RENAME TO patient_birth_date;
