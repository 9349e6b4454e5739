-- The word of a name that identifies it best: the longest one. ä, ae and a are one letter, as in a search; what means something
-- in a pattern of LIKE stands for any character.
CREATE FUNCTION wardbell.name_key(name text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$
  SELECT word FROM regexp_split_to_table(
    replace(replace(replace(replace(translate(wardbell.fold(name), '-%\', ' __'), 'ae', 'a'), 'oe', 'o'), 'ue', 'u'), 'aa', 'a'),
    '\s+') WITH ORDINALITY AS part (word, place)
  ORDER BY length(word) DESC, place LIMIT 1
$$;
REVOKE EXECUTE ON FUNCTION wardbell.name_key(text) FROM PUBLIC;

-- Patterns of LIKE for a whole word and for what becomes of it by one slip: a letter wrong, missing, too many, or two swapped.
-- Words of one or two letters are taken as they are.
CREATE FUNCTION wardbell.slips(word text) RETURNS text[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$
  SELECT array_agg('% ' || slip || ' %') FROM (
    SELECT word AS slip
    UNION SELECT left(word, n) || changed || substr(word, n + skipped)
      FROM generate_series(0, length(word)) AS n
      CROSS JOIN (VALUES ('_', 2), ('_', 1), ('', 2)) AS kind (changed, skipped)
      WHERE length(word) > 2 AND (n < length(word) OR skipped = 1)
    UNION SELECT left(word, n) || substr(word, n + 2, 1) || substr(word, n + 1, 1) || substr(word, n + 3)
      FROM generate_series(0, length(word) - 2) AS n
      WHERE length(word) > 2
  ) slips
$$;
REVOKE EXECUTE ON FUNCTION wardbell.slips(text) FROM PUBLIC;

-- Patients of this transaction's tenant who may be the person with these names, the most likely first: both names are there, in
-- either order, one of them with a slip; or the birth date and one of the names. p_user: see hidden_patients(), which
-- leaves out even their initials: whether a restricted patient has a name is not told.
--
-- A slip leaves the beginning or the end of a word as it is, which rules most rows out before all slips are tried on them. The
-- index must not be asked for each slip (30 of them: 380 ms at 100,000 patients), hence the empty text beside search_text.
CREATE FUNCTION wardbell.duplicate_patients(p_last text, p_first text, p_birth date, p_limit integer, p_user text)
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
             AND p.search_text || '''' LIKE ANY ($6) OFFSET 0) h LIMIT 200)
       UNION
       (SELECT h.id FROM (SELECT p.id FROM wardbell.patient p
           WHERE p.tenant_id = $1 AND p.search_text LIKE ($2)[2] AND (p.search_text LIKE ($3)[1] OR p.search_text LIKE ($4)[1])
             AND p.search_text || '''' LIKE ANY ($5) OFFSET 0) h LIMIT 200)
       UNION
       (SELECT h.id FROM (SELECT p.id FROM wardbell.patient p
           WHERE p.tenant_id = $1 AND p.birth_date = $7 AND (p.search_text || '''' LIKE ANY ($5) OR p.search_text || '''' LIKE ANY ($6))
           OFFSET 0) h LIMIT 200))
     SELECT p.id FROM hit JOIN wardbell.patient p ON p.tenant_id = $1 AND p.id = hit.id
     WHERE p.id <> ALL ($8)
     ORDER BY (p.birth_date = $7) IS TRUE DESC, p.search_text LIKE ALL ($2) DESC, p.sort_name, p.id LIMIT least($9, 100)'
    USING wardbell.current_tenant(), whole, starts, ends, slips_1, slips_2, p_birth, wardbell.hidden_patients(p_user, NULL), p_limit;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.duplicate_patients(text, text, date, integer, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.duplicate_patients(text, text, date, integer, text) TO wardbell_app;
