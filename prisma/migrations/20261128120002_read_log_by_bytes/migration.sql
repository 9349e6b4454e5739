-- Events of a tenant after a number, in order: at least one if there is any, and then as many as fit into p_limit
-- events and p_max_bytes of data. Sizes are known only when a row is unpacked, so rows are counted one by one.
CREATE FUNCTION wardbell.read_log(p_tenant uuid, p_since bigint, p_limit integer, p_max_bytes integer)
  RETURNS SETOF wardbell.outbox
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  event wardbell.outbox;
  bytes integer := 0;
BEGIN
  FOR event IN
    SELECT * FROM wardbell.outbox o WHERE o.tenant_id = p_tenant AND o.seq > p_since ORDER BY o.seq LIMIT p_limit
  LOOP
    RETURN NEXT event;
    bytes := bytes + octet_length(event.data::text);
    EXIT WHEN bytes >= p_max_bytes;
  END LOOP;
END
$$;
REVOKE ALL ON FUNCTION wardbell.read_log(uuid, bigint, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.read_log(uuid, bigint, integer, integer) TO wardbell_relay;
