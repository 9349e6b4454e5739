-- The number under which an appointment is called in the waiting room: a letter and four digits, without letters that are
-- read as digits or as each other. No two appointments of a clinic that lie less than 26 hours apart have the same one,
-- so none of a calendar day in any time zone. It is made from a sequence: it says nothing about a patient, but whoever has
-- two numbers can tell how many were given between them.
CREATE INDEX appointment_board_number ON wardbell.appointment (tenant_id, board_number)
  WHERE board_number IS NOT NULL;

-- Numbers that are still on the way to COMMIT cannot be seen. They differ because the sequence gives each one once in
-- 230,000; no lock is needed, which a transaction with many appointments would have to hold for each of them.
CREATE SEQUENCE wardbell.board_number_seq MINVALUE 0 MAXVALUE 229999 START 0 CYCLE;

-- enable_seqscan: the plan is kept for a session, also one that was made when the table was nearly empty.
CREATE FUNCTION wardbell.assign_board_number() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
  AS $$
DECLARE
  candidate text := NEW.board_number;
  n bigint;
BEGIN
  IF NEW.datetime IS NULL THEN
    NEW.board_number := NULL;
    RETURN NEW;
  END IF;
  -- an appointment that is moved or brought back keeps its number where that is free; the loop ends without a free one
  -- only where all 230,000 are taken
  FOR attempt IN 0..230000 LOOP
    IF candidate IS NOT NULL AND NOT EXISTS (
      SELECT FROM wardbell.appointment a
      WHERE a.tenant_id = NEW.tenant_id AND a.board_number = candidate AND a.id <> NEW.id
        -- not sort_at, whose index would read all appointments of these hours
        AND a.datetime > NEW.datetime - interval '26 hours' AND a.datetime < NEW.datetime + interval '26 hours'
    ) THEN
      EXIT;
    END IF;
    -- the factor has no divisor in common with 230,000, so every number comes up, and neighbours look unlike each other
    n := nextval('wardbell.board_number_seq') * 130363 % 230000;
    candidate := substr('ABCDEFGHJKLMNPRSTUVWXYZ', (n / 10000)::integer + 1, 1) || lpad((n % 10000)::text, 4, '0');
  END LOOP;
  NEW.board_number := candidate;
  RETURN NEW;
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.assign_board_number() FROM PUBLIC;

CREATE TRIGGER new_board_number BEFORE INSERT ON wardbell.appointment FOR EACH ROW
  WHEN (NEW.datetime IS NOT NULL) EXECUTE FUNCTION wardbell.assign_board_number();
CREATE TRIGGER moved_board_number BEFORE UPDATE OF datetime ON wardbell.appointment FOR EACH ROW
  WHEN (NEW.datetime IS DISTINCT FROM OLD.datetime OR NEW.datetime IS NOT NULL AND NEW.board_number IS NULL)
  EXECUTE FUNCTION wardbell.assign_board_number();
