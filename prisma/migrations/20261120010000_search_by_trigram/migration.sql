-- `LIKE ALL (array)` cannot use an index: each search read the patients of all tenants (measured: 110,000 rows,
-- 60 ms). One condition a pattern can. The text of the statement is made of numbers of parameters only, so
-- no pattern, which is a patient's name, is ever part of a statement that PostgreSQL may log; planned each
-- time (0.2 ms), because a rare word wants the index of trigrams and a frequent one the index of names.
CREATE OR REPLACE FUNCTION wardbell.search_patients(
  p_patterns text[], p_after_name text, p_after_id uuid, p_limit integer
) RETURNS SETOF uuid
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  conditions text;
BEGIN
  SELECT string_agg(format('AND p.search_text LIKE ($2)[%s]', n), ' ') INTO conditions
    FROM generate_subscripts(p_patterns, 1) AS n;
  RETURN QUERY EXECUTE
    'SELECT p.id FROM wardbell.patient p WHERE p.tenant_id = $1 ' || coalesce(conditions, '') ||
    ' AND ($4 IS NULL OR (p.sort_name, p.id) > ($3, $4)) ORDER BY p.sort_name, p.id LIMIT least($5, 1000)'
    USING wardbell.current_tenant(), p_patterns, p_after_name, p_after_id, p_limit;
END
$$;
