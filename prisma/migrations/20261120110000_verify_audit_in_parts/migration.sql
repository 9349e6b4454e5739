DROP FUNCTION wardbell.verify_audit(uuid);

-- Checks a part of a chain, so that no statement takes long however long the chain is: the rows after p_after,
-- whose hash is p_prev. Answers the last number that was checked, the first whose hash is not what it must be, the
-- hash to go on from, and whether that was the end. A missing tail is noticed by the head.
CREATE FUNCTION wardbell.verify_audit(p_scope uuid, p_after bigint, p_prev bytea, p_limit integer)
  RETURNS TABLE (checked bigint, first_bad bigint, hash bytea, is_end boolean)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
#variable_conflict use_column
DECLARE
  record wardbell.audit;
  head   wardbell.tenant_head;
BEGIN
  IF p_scope IS DISTINCT FROM wardbell.current_tenant()
     AND NOT pg_has_role(session_user, 'wardbell_relay', 'USAGE') THEN
    RAISE EXCEPTION 'tenant is not the one of this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT * INTO head FROM wardbell.tenant_head h WHERE h.tenant_id = p_scope;
  checked := p_after;
  hash := p_prev;
  is_end := true;
  FOR record IN
    SELECT * FROM wardbell.audit a WHERE a.scope = p_scope AND a.seq > p_after ORDER BY a.seq LIMIT p_limit
  LOOP
    checked := checked + 1;
    IF record.seq <> checked OR record.hash <> wardbell.audit_hash(hash, record) THEN
      first_bad := checked;
      RETURN NEXT;
      RETURN;
    END IF;
    hash := record.hash;
  END LOOP;
  IF checked - p_after = p_limit THEN
    is_end := false;
  ELSIF checked <> coalesce(head.audit_seq, 0) OR hash <> coalesce(head.audit_hash, '\x') THEN
    first_bad := checked + 1;
  END IF;
  RETURN NEXT;
END
$$;

REVOKE EXECUTE ON FUNCTION wardbell.verify_audit(uuid, bigint, bytea, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.verify_audit(uuid, bigint, bytea, integer) TO wardbell_app, wardbell_relay;
