-- The audit log gets a partition for each month (UTC) of `at`, so that what is older than its retention is dropped
-- whole. See docs/decisions/0015-audit-by-month.md.

ALTER TABLE wardbell.audit RENAME TO audit_before;
DROP FUNCTION wardbell.audit_hash(bytea, wardbell.audit_before); -- a renamed table renames its row type

-- No primary key here: it would have to contain `at`. Each partition has its own, (scope, seq); between months numbers
-- are unique because wardbell.append(), the only writer, takes them from the head while it holds the head's lock.
CREATE TABLE wardbell.audit (
  scope       uuid NOT NULL, -- the tenant, or nil for the installation
  seq         bigint NOT NULL,
  id          uuid NOT NULL DEFAULT gen_random_uuid(),
  at          timestamptz NOT NULL,
  actor_id    text,
  actor_role  text,
  action      text NOT NULL,
  object_type text,
  object_id   text,
  patient_id  uuid,
  address     text,
  changed     text[] NOT NULL DEFAULT '{}', -- names of fields, never values
  hash        bytea NOT NULL
) PARTITION BY RANGE (at);

-- Takes rows of a month that has no partition (maintenance that failed for months, a clock far off), so that no write
-- fails; the next maintenance moves them.
CREATE TABLE wardbell.audit_default PARTITION OF wardbell.audit (PRIMARY KEY (scope, seq)) DEFAULT;

CREATE FUNCTION wardbell.audit_hash(p_prev bytea, p_row wardbell.audit) RETURNS bytea
  LANGUAGE sql STABLE
  AS $$
  SELECT sha256(p_prev || convert_to(jsonb_build_array(
    p_row.scope, p_row.seq, p_row.id, extract(epoch FROM p_row.at), p_row.actor_id, p_row.actor_role,
    p_row.action, p_row.object_type, p_row.object_id, p_row.patient_id, p_row.address, p_row.changed)::text,
    'UTF8'))
$$;

-- The last row of each chain that was dropped: what is left begins after it.
CREATE TABLE wardbell.audit_anchor (
  scope uuid PRIMARY KEY,
  seq   bigint NOT NULL,
  hash  bytea NOT NULL
);

-- Makes the partition of the month that begins at p_month, with the rows of that month that the default partition took.
-- Attached, not made in place: that would lock out the writers of all partitions. Only for a month that may be written at
-- this moment they are locked out: a row that was on its way to the default partition would be refused (23514).
CREATE FUNCTION wardbell.make_audit_month(p_month date) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
  AS $$
DECLARE
  name      text := 'audit_' || to_char(p_month, 'YYYYMM');
  starts_at timestamptz := p_month;
  ends_at   timestamptz := p_month + interval '1 month';
BEGIN
  IF starts_at <= clock_timestamp() THEN
    LOCK TABLE ONLY wardbell.audit IN SHARE ROW EXCLUSIVE MODE;
  END IF;
  LOCK TABLE wardbell.audit_default IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('CREATE TABLE wardbell.%I (LIKE wardbell.audit INCLUDING ALL, PRIMARY KEY (scope, seq))', name);
  -- Readers come through the parent and its policies; with a grant by mistake this still shows nothing.
  EXECUTE format('ALTER TABLE wardbell.%I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('WITH moved AS (DELETE FROM wardbell.audit_default WHERE at >= %L AND at < %L RETURNING *)
                  INSERT INTO wardbell.%I SELECT * FROM moved', starts_at, ends_at, name);
  EXECUTE format('ALTER TABLE wardbell.audit ATTACH PARTITION wardbell.%I FOR VALUES FROM (%L) TO (%L)',
                 name, starts_at, ends_at);
END
$$;

-- Makes the partitions of this month and the months ahead, and of every month that has rows in the default partition.
-- Any instance may call it, at any time: one works. Locks are given up after a moment; the next call goes on.
CREATE FUNCTION wardbell.maintain_audit(p_months_ahead integer) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
  AS $$
DECLARE
  months date[];
  month  date;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('wardbell.maintain_audit', 0)) THEN
    RETURN;
  END IF;
  -- While this waits for those who read (a backup, for instance), everybody else waits behind it.
  PERFORM set_config('lock_timeout', '200ms', true);
  -- An array, because a query that is still open would keep the tables from being altered.
  SELECT array_agg(wanted ORDER BY wanted) INTO months FROM (
    SELECT date_trunc('month', now()) + make_interval(months => n) FROM generate_series(0, p_months_ahead) AS n
    UNION
    SELECT date_trunc('month', d.at) FROM wardbell.audit_default d
  ) AS w (wanted);
  FOREACH month IN ARRAY months LOOP
    CONTINUE WHEN to_regclass('wardbell.audit_' || to_char(month, 'YYYYMM')) IS NOT NULL;
    BEGIN
      PERFORM wardbell.make_audit_month(month);
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      EXIT;
    END;
  END LOOP;
END
$$;

------------------------------------------------------------------------------------------- existing rows

DO $migrate$
DECLARE
  month date;
BEGIN
  FOR month IN
    SELECT DISTINCT date_trunc('month', b.at AT TIME ZONE 'UTC') FROM wardbell.audit_before b
  LOOP
    PERFORM wardbell.make_audit_month(month);
  END LOOP;
END
$migrate$;
INSERT INTO wardbell.audit SELECT * FROM wardbell.audit_before;
DROP TABLE wardbell.audit_before;
-- After the rows: building an index is faster than growing it.
CREATE INDEX audit_patient ON wardbell.audit (scope, patient_id, seq) WHERE patient_id IS NOT NULL;
CREATE INDEX audit_actor ON wardbell.audit (scope, actor_id, seq);
CREATE INDEX audit_at ON wardbell.audit (scope, at);

ALTER TABLE wardbell.audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE wardbell.audit_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE wardbell.audit_anchor ENABLE ROW LEVEL SECURITY;
CREATE POLICY relay ON wardbell.audit FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
CREATE POLICY tenant ON wardbell.audit FOR SELECT TO wardbell_app USING (scope = wardbell.current_tenant());
GRANT SELECT ON wardbell.audit TO wardbell_app, wardbell_relay;

SELECT wardbell.maintain_audit(3);

------------------------------------------------------------------------------------------------ retention

-- Partitions that are wholly older than the retention, oldest first. Never one of the last day, whatever it says.
CREATE FUNCTION wardbell.due_audit_months(p_retention interval) RETURNS SETOF text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
  AS $$
  SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'wardbell.audit'::regclass AND c.relname ~ '^audit_[0-9]{6}$'
    AND to_date(substr(c.relname, 7), 'YYYYMM') + interval '1 month' <= now() - greatest(p_retention, interval '1 day')
  ORDER BY 1
$$;

-- Of each chain in these partitions: its last number there, its rows there, and whether they are all that the chain has
-- up to that number. Numbers have no gap, so counting tells.
CREATE FUNCTION wardbell.audit_tails(p_names text[])
  RETURNS TABLE (scope uuid, seq bigint, row_count bigint, is_whole boolean)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  months text;
BEGIN
  SELECT string_agg(format('SELECT scope, max(seq) AS seq, count(*) AS row_count FROM wardbell.%I GROUP BY scope', name),
                    ' UNION ALL ')
    INTO months FROM unnest(p_names) AS name;
  RETURN QUERY EXECUTE
    'SELECT m.scope, max(m.seq), sum(m.row_count)::bigint, max(m.seq) - coalesce(max(a.seq), 0) = sum(m.row_count)
     FROM (' || months || ') AS m LEFT JOIN wardbell.audit_anchor a ON a.scope = m.scope GROUP BY m.scope';
END
$$;

-- Chooses the oldest partitions that may be dropped now and holds them for the caller until its transaction ends. What
-- is dropped must be the beginning of every chain, for verification starts after it. After the clock was set back
-- numbers and times do not run in parallel, so a month may have to wait for a later one and go together with it.
-- Verdict: 'ready' with the names; 'none' is due; 'busy': another instance is at it, or somebody (a backup) reads them;
-- 'parted': they cannot be dropped without leaving earlier rows of a chain behind, or a chain has a hole.
CREATE FUNCTION wardbell.claim_audit_months(p_retention interval, OUT verdict text, OUT names text[])
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  name text;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('wardbell.drop_audit_months', 0)) THEN
    verdict := 'busy';
    RETURN;
  END IF;
  verdict := 'none';
  FOR name IN SELECT wardbell.due_audit_months(p_retention) LOOP
    names := names || name;
    verdict := 'parted';
    IF NOT EXISTS (SELECT FROM wardbell.audit_tails(names) t WHERE NOT t.is_whole) THEN
      verdict := 'ready';
      EXIT;
    END IF;
  END LOOP;
  -- They will be exported, which is in vain while somebody holds them.
  IF verdict = 'ready' AND EXISTS (
    SELECT FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    WHERE l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND c.relnamespace = 'wardbell'::regnamespace AND c.relname = ANY (names) AND l.pid <> pg_backend_pid())
  THEN
    verdict := 'busy';
  END IF;
END
$$;

-- Drops partitions and moves the anchors of their chains, in one transaction. p_rows is how many rows the caller has
-- exported (NULL: none, on purpose). False when it did nothing: somebody reads them, or there are more rows than were
-- exported.
CREATE FUNCTION wardbell.drop_audit_months(p_names text[], p_rows bigint, p_retention interval) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
  AS $$
DECLARE
  tables  text;
  ends_at timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('wardbell.drop_audit_months', 0));
  IF p_names IS DISTINCT FROM (SELECT array_agg(oldest.name) FROM (
       SELECT due AS name FROM wardbell.due_audit_months(p_retention) AS due LIMIT cardinality(p_names)) AS oldest) THEN
    RETURN false; -- another instance has dropped them
  END IF;
  SELECT string_agg(format('wardbell.%I', name), ', '),
         max(to_date(substr(name, 7), 'YYYYMM')) + interval '1 month'
    INTO tables, ends_at FROM unnest(p_names) AS name;
  PERFORM set_config('lock_timeout', '200ms', true);
  BEGIN
    EXECUTE 'LOCK TABLE ' || tables || ' IN SHARE MODE'; -- no row comes in while they are counted
    IF EXISTS (SELECT FROM wardbell.audit_tails(p_names) t
               HAVING sum(t.row_count) <> p_rows OR NOT bool_and(t.is_whole)) THEN
      RETURN false;
    END IF;
    INSERT INTO wardbell.audit_anchor AS a (scope, seq, hash)
      SELECT t.scope, t.seq, last.hash
      FROM wardbell.audit_tails(p_names) t
      JOIN wardbell.audit last ON last.scope = t.scope AND last.seq = t.seq AND last.at < ends_at
      ON CONFLICT (scope) DO UPDATE SET seq = excluded.seq, hash = excluded.hash;
    EXECUTE 'DROP TABLE ' || tables;
  EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
    RETURN false;
  END;
  RETURN true;
END
$$;

---------------------------------------------------------------------------------------------- verification

DROP FUNCTION wardbell.verify_audit(uuid, bigint, bytea, integer);

-- The work of verify_audit(), in one snapshot.
CREATE FUNCTION wardbell.check_audit(
  p_scope uuid, p_after bigint, p_prev bytea, p_limit integer,
  OUT checked bigint, OUT first_bad bigint, OUT hash bytea, OUT is_end boolean, OUT row_count bigint
)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  record wardbell.audit;
  head   wardbell.tenant_head;
  anchor wardbell.audit_anchor;
BEGIN
  SELECT * INTO head FROM wardbell.tenant_head h WHERE h.tenant_id = p_scope;
  SELECT * INTO anchor FROM wardbell.audit_anchor a WHERE a.scope = p_scope;
  checked := p_after;
  hash := p_prev;
  is_end := true;
  row_count := 0;
  -- Also when rows were dropped after the part before this one was checked.
  IF p_after <= anchor.seq THEN
    checked := anchor.seq;
    hash := anchor.hash;
  END IF;
  -- What the anchor says was dropped must not be there.
  SELECT min(a.seq) INTO first_bad FROM wardbell.audit a WHERE a.scope = p_scope AND a.seq <= anchor.seq;
  IF first_bad IS NOT NULL THEN
    RETURN;
  END IF;
  FOR record IN
    SELECT * FROM wardbell.audit a WHERE a.scope = p_scope AND a.seq > checked ORDER BY a.seq LIMIT p_limit
  LOOP
    checked := checked + 1;
    row_count := row_count + 1;
    IF record.seq <> checked OR record.hash <> wardbell.audit_hash(hash, record) THEN
      first_bad := checked;
      RETURN;
    END IF;
    hash := record.hash;
  END LOOP;
  IF row_count = p_limit THEN
    is_end := false;
  ELSIF checked <> coalesce(head.audit_seq, 0) OR hash <> coalesce(head.audit_hash, '\x') THEN
    first_bad := checked + 1;
  END IF;
END
$$;

-- Checks a part of a chain, so that no statement takes long however long the chain is: the rows after p_after, whose
-- hash is p_prev, or those after the anchor where the chain now begins. Answers the last number that was checked, the
-- first whose hash is not what it must be, the hash to go on from, whether that was the end, and how many rows were
-- checked. A missing tail is noticed by the head.
CREATE FUNCTION wardbell.verify_audit(
  p_scope uuid, p_after bigint, p_prev bytea, p_limit integer,
  OUT checked bigint, OUT first_bad bigint, OUT hash bytea, OUT is_end boolean, OUT row_count bigint
)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  IF p_scope IS DISTINCT FROM wardbell.current_tenant()
     AND NOT pg_has_role(session_user, 'wardbell_relay', 'USAGE') THEN
    RAISE EXCEPTION 'tenant is not the one of this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- A dropped partition is gone for older snapshots too, its anchor is not yet there: with this lock the snapshot of the
  -- next statement is taken before or after a drop, never in the middle.
  LOCK TABLE wardbell.audit IN ACCESS SHARE MODE;
  SELECT * INTO checked, first_bad, hash, is_end, row_count
    FROM wardbell.check_audit(p_scope, p_after, p_prev, p_limit);
END
$$;

REVOKE EXECUTE ON FUNCTION wardbell.audit_hash(bytea, wardbell.audit), wardbell.make_audit_month(date),
  wardbell.maintain_audit(integer), wardbell.due_audit_months(interval), wardbell.audit_tails(text[]),
  wardbell.claim_audit_months(interval), wardbell.drop_audit_months(text[], bigint, interval),
  wardbell.check_audit(uuid, bigint, bytea, integer), wardbell.verify_audit(uuid, bigint, bytea, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.verify_audit(uuid, bigint, bytea, integer) TO wardbell_app, wardbell_relay;
GRANT EXECUTE ON FUNCTION wardbell.maintain_audit(integer), wardbell.due_audit_months(interval),
  wardbell.claim_audit_months(interval), wardbell.drop_audit_months(text[], bigint, interval) TO wardbell_relay;
