-- Patients are found as people write them, and listed in the order of a dictionary: see
-- docs/decisions/0021-folded-names.md.

-- Text without case, accents and apostrophes; comma and semicolon are spaces. The one folding of stored text and of the words
-- of a search; contract/src/folding.ts does the same for the console, and a test compares them for every character.
-- It uses no collation: normalize() has PostgreSQL's own tables and never changes for a character that Unicode has assigned,
-- and the letters that it leaves are written here. So a stored value stays right in a dump and under every later release
-- of PostgreSQL, libc and ICU. plpgsql, because an SQL function would be parsed again by each statement that writes a row.
CREATE FUNCTION wardbell.fold(t text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  AS $fold$
DECLARE
  folded text COLLATE "C" := t;
BEGIN
  IF octet_length(t) <> length(t) THEN
    -- accents of Latin, Greek and Cyrillic; vowel points of Hebrew and Arabic; invisible characters
    folded := regexp_replace(normalize(replace(folded, '´', ''), NFKD),
      '[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670\u00ad\u200b-\u200d]', '', 'g');
  END IF;
  folded := translate(lower(folded), ',;`''', '  ');
  IF octet_length(folded) = length(folded) THEN
    RETURN folded;
  END IF;
  folded := translate(folded, '‐–—' ||
    'ØøŁłĐđÐðıĦħŦŧŊŋƏəςͰͲͶͿΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩϏϘϚϜϞϠϢϤϦϨϪϬϮϷϺϽϾϿЂЄЅІЈЉЊЋЏАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫ' ||
    'ЬЭЮЯѠѢѤѦѨѪѬѮѰѲѴѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӀӃӅӇӉӋӍӔӘӠӨӶӺӼӾԀԂԄԆԈԊԌԎԐԒԔԖԘԚԜԞԠԢԤԦԨԪԬԮԱԲԳԴԵԶԷԸԹԺԻԼԽԾ' ||
    'ԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ' || '‘’ʼʹ', '---' ||
    'oollddddihhttnnaaσͱͳͷϳαβγδεζηθικλμνξοπρστυφχψωϗϙϛϝϟϡϣϥϧϩϫϭϯϸϻͻͼͽђєѕіјљњћџабвгдежзиклмнопрстуфхцчшщъы' ||
    'ьэюяѡѣѥѧѩѫѭѯѱѳѵѹѻѽѿҁҋҍҏґғҕҗҙқҝҟҡңҥҧҩҫҭүұҳҵҷҹһҽҿӏӄӆӈӊӌӎӕәӡөӷӻӽӿԁԃԅԇԉԋԍԏԑԓԕԗԙԛԝԟԡԣԥԧԩԫԭԯաբգդեզէըթժիլխծ' ||
    'կհձղճմյնշոչպջռսվտրցւփքօֆ');
  RETURN replace(replace(replace(replace(replace(replace(replace(replace(folded,
    'ß', 'ss'), 'ẞ', 'ss'), 'æ', 'ae'), 'Æ', 'ae'), 'œ', 'oe'), 'Œ', 'oe'), 'þ', 'th'), 'Þ', 'th');
END
$fold$;

-- The place of a patient in the list. The tab, which no name can contain, puts "van" before "van Berg".
CREATE FUNCTION wardbell.patient_sort_name(last_name text, first_name text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  AS $$
BEGIN
  RETURN wardbell.fold(last_name || E'\t' || first_name);
END
$$;

-- What a search looks at: the names without accents, also with ä as ae and with ae as a (Mueller and Muller find
-- Müller, and Müller finds Mueller); the MRN without its punctuation; the digits of the telephone number. Each word follows a space.
CREATE FUNCTION wardbell.patient_search_text(last_name text, first_name text, mrn text, phone text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  AS $$
DECLARE
  names   text COLLATE "C" := last_name || ' ' || first_name;
  plain   text COLLATE "C" := translate(wardbell.fold(names), '-', ' ');
  variant text COLLATE "C" := replace(replace(replace(replace(plain, 'ae', 'a'), 'oe', 'o'), 'ue', 'u'), 'aa', 'a');
  result  text COLLATE "C" := ' ' || plain;
BEGIN
  IF variant <> plain THEN
    result := result || ' ' || variant;
  END IF;
  IF octet_length(names) <> length(names) THEN
    names := translate(normalize(names, NFC), 'ÄÖÜÅØ', 'äöüåø');
    variant := replace(replace(replace(replace(replace(names, 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'å', 'aa'), 'ø', 'oe');
    IF variant <> names THEN
      result := result || ' ' || translate(wardbell.fold(variant), '-', ' ');
    END IF;
  END IF;
  RETURN result || ' ' || translate(wardbell.fold(mrn), ' !"#$%&()*+-./:<=>?@[\]^_{|}~', '')
    || coalesce(' ' || regexp_replace(phone COLLATE "C", '[^0-9]', '', 'g'), '');
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.fold(text), wardbell.patient_sort_name(text, text),
  wardbell.patient_search_text(text, text, text, text) FROM PUBLIC;
-- the expressions of generated columns run with the rights of the role that writes the row
GRANT EXECUTE ON FUNCTION wardbell.fold(text), wardbell.patient_sort_name(text, text),
  wardbell.patient_search_text(text, text, text, text) TO wardbell_app;

-- Rewrites the table under an exclusive lock: measured in docs/decisions/0021-folded-names.md.
DROP INDEX wardbell.patient_sort, wardbell.patient_search;
ALTER TABLE wardbell.patient
  DROP COLUMN sort_name,
  DROP COLUMN search_text,
  ADD COLUMN sort_name text COLLATE "C" NOT NULL
    GENERATED ALWAYS AS (wardbell.patient_sort_name(last_name, first_name)) STORED,
  ADD COLUMN search_text text COLLATE "C" NOT NULL
    GENERATED ALWAYS AS (wardbell.patient_search_text(last_name, first_name, mrn, phone)) STORED;
CREATE INDEX patient_sort ON wardbell.patient (tenant_id, sort_name, id);
CREATE INDEX patient_search ON wardbell.patient USING gin (tenant_id, search_text gin_trgm_ops);
CREATE INDEX patient_birth_date ON wardbell.patient (tenant_id, birth_date);
UPDATE wardbell.deleted_patient
  SET sort_name = wardbell.patient_sort_name(record->>'last_name', record->>'first_name');

-- The one with six parameters stays for servers of the release before, which serve until they are replaced.
DROP FUNCTION wardbell.search_patients(text[], text, uuid, integer);

-- Patterns of LIKE for the words of a search, the longest, which is usually the rarest, first. A word of one or two letters is
-- the beginning of a word, a longer one stands anywhere: the index has no entries for two letters inside of words.
CREATE FUNCTION wardbell.search_patterns(words text[]) RETURNS text[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$
  SELECT coalesce(array_agg(
    CASE WHEN length(w) < 3 AND w !~ '[!-/:-@\[-`{-~]' THEN '% ' || w || '%'
         ELSE '%' || regexp_replace(w, '([\\%_])', '\\\1', 'g') || '%' END ORDER BY length(w) DESC), '{}')
  FROM (SELECT btrim(wardbell.fold(word)) COLLATE "C" AS w FROM unnest(words) AS word) folded WHERE w <> ''
$$;
REVOKE EXECUTE ON FUNCTION wardbell.search_patterns(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.search_patterns(text[]) TO wardbell_app;

-- Restricted patients of this transaction's tenant that a user may not find: not those that the user may see, and not the one
-- whose MRN is p_exact. p_user NULL: a tenant admin. Only for functions of the owner.
CREATE FUNCTION wardbell.hidden_patients(p_user text, p_exact text) RETURNS uuid[]
  LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
  AS $$
  SELECT coalesce(array_agg(r.id), '{}')
  FROM wardbell.patient r
  WHERE p_user IS NOT NULL AND r.tenant_id = wardbell.current_tenant() AND r.restricted AND p_user <> ALL (r.restricted_to)
    AND r.mrn IS DISTINCT FROM p_exact
    AND NOT EXISTS (SELECT FROM wardbell.break_glass g
                    WHERE g.tenant_id = r.tenant_id AND g.patient_id = r.id AND g.user_id = p_user
                      AND g.expires_at > clock_timestamp())
$$;
REVOKE EXECUTE ON FUNCTION wardbell.hidden_patients(text, text) FROM PUBLIC;

-- Patients of this transaction's tenant by name, after a position, that have all of p_words and, unless it is null, one of
-- p_dates as birth date.
-- p_user and p_exact: see hidden_patients().
--
-- First the next 1,000 patients of the list are looked at. A word that one patient in twenty has fills a page from them; a
-- rarer one is looked up in the index of trigrams, which then has few rows to sort. The planner cannot choose between the
-- two by itself: it does not know that everybody who has a word may stand at the end of the list.
-- The words are parameters, never part of a statement that PostgreSQL may log.
CREATE FUNCTION wardbell.search_patients(
  p_words text[], p_dates date[], p_after_name text, p_after_id uuid, p_limit integer, p_user text, p_exact text
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
  IF p_dates IS NULL THEN
    EXECUTE
      'SELECT count(*), array_agg(p.id ORDER BY p.sort_name, p.id) FILTER (WHERE p.id <> ALL ($5)' || matches || ')
       FROM (SELECT p.id, p.sort_name, p.search_text FROM wardbell.patient p
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
REVOKE EXECUTE ON FUNCTION wardbell.search_patients(text[], date[], text, uuid, integer, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.search_patients(text[], date[], text, uuid, integer, text, text) TO wardbell_app;
