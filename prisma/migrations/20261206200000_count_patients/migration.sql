-- The number of this transaction's tenant's patients that search_patients() finds, with the same parameters and the same
-- index. All bearers of a frequent word are read: the count of a search costs more than a page of it.
CREATE FUNCTION wardbell.count_patients(p_words text[], p_dates date[], p_user text, p_exact text, p_archived boolean) RETURNS bigint
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  patterns text[] := wardbell.search_patterns(p_words);
  matches  text := '';
  found    bigint;
BEGIN
  SELECT coalesce(string_agg(format(' AND p.search_text LIKE ($2)[%s]', n), ''), '') INTO matches
    FROM generate_subscripts(patterns, 1) AS n;
  EXECUTE
    'SELECT count(*) FROM wardbell.patient p
     WHERE p.tenant_id = $1' || CASE WHEN p_dates IS NULL THEN '' ELSE ' AND p.birth_date = ANY ($3)' END || matches || '
       AND p.id <> ALL ($4)' || CASE WHEN p_archived THEN '' ELSE ' AND NOT p.archived' END
    INTO found USING wardbell.current_tenant(), patterns, p_dates, wardbell.hidden_patients(p_user, p_exact);
  RETURN found;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.count_patients(text[], date[], text, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.count_patients(text[], date[], text, text, boolean) TO wardbell_app;

-- Those are taken from the number of all patients, which an index alone has.
CREATE INDEX patient_archived ON wardbell.patient (tenant_id) WHERE archived;
