-- Sockets of each user are limited in every tenant: by its own limit, otherwise by MAX_WEBSOCKET_CONNECTIONS_PER_USER.

-- The limit that a super admin set last. A tenant admin of a tenant without a ceiling goes up to it, or to the default of
-- the installation where that is more. Who set the present limits is not known, so they all count as a super admin's.
ALTER TABLE wardbell.tenant
  ADD COLUMN granted_connections          integer,
  ADD COLUMN granted_connections_per_user integer,
  ADD COLUMN granted_messages_per_minute  integer;
UPDATE wardbell.tenant SET granted_connections = max_connections,
                           granted_connections_per_user = max_connections_per_user,
                           granted_messages_per_minute = max_messages_per_minute;

-- Admits sockets, in one round trip for many. For each: 'ok', or why not. Counts are of living instances
-- and exact over all of them, because a tenant's admissions go one after the other (advisory lock).
-- p_requests: [{id, tenant_id, user_id, session_id, role, address, client, transport, topics, previous}]
-- p_default_max, p_default_user_max: the installation's limits, of tenants that have none of their own.
-- An instance of an earlier release names no transport: its sockets are WebSockets or event streams, listed as the former.
-- snapshot: the one that the verdict was found in; replaced: the connection whose slot was taken over.
CREATE FUNCTION wardbell.admit(
  p_instance uuid, p_alive_for interval, p_default_max integer, p_default_user_max integer, p_requests jsonb
) RETURNS TABLE (id uuid, verdict text, head bigint, max_connections integer, max_messages_per_minute integer,
                 snapshot text, replaced uuid)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
#variable_conflict use_column
DECLARE
  -- A missed heartbeat (they come every 5 s) and a moment more.
  silence    CONSTANT interval := '7 s';
  tenant_row wardbell.tenant;
  request    record;
  open_count bigint;
  user_count bigint;
  user_max   integer;
  can_judge  boolean := wardbell.may_judge(p_instance, p_alive_for);
  is_first   boolean := true;
  tenant_key uuid;
BEGIN
  -- Tenant by tenant, in the order of their ids: two instances that lock the same tenants cannot deadlock.
  FOR request IN
    SELECT * FROM jsonb_to_recordset(p_requests)
      AS r(id uuid, tenant_id uuid, user_id text, session_id uuid, role text, address text, client text,
           transport text, topics text[], previous uuid)
    ORDER BY r.tenant_id
  LOOP
    IF is_first OR request.tenant_id IS DISTINCT FROM tenant_key THEN
      is_first := false;
      tenant_key := request.tenant_id;
      tenant_row := NULL;
      head := NULL;
      open_count := 0;
      IF tenant_key IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('wardbell.admit/' || tenant_key, 0));
        SELECT * INTO tenant_row FROM wardbell.tenant t WHERE t.id = tenant_key;
        SELECT h.seq INTO head FROM wardbell.tenant_head h WHERE h.tenant_id = tenant_key;
        SELECT count(*) INTO open_count
          FROM wardbell.connection c JOIN wardbell.instance i ON i.id = c.instance_id
          WHERE c.tenant_id = tenant_key AND (i.heartbeat_at > now() - p_alive_for OR NOT can_judge);
      END IF;
      -- least() ignores NULL: no ceiling, no bound
      max_connections := least(coalesce(tenant_row.max_connections, p_default_max),
                               tenant_row.ceiling_connections);
      user_max := least(coalesce(tenant_row.max_connections_per_user, p_default_user_max),
                        tenant_row.ceiling_connections_per_user);
      max_messages_per_minute := least(tenant_row.max_messages_per_minute,
                                       tenant_row.ceiling_messages_per_minute);
    END IF;
    id := request.id;
    replaced := NULL;
    -- One statement, so one snapshot: an order that is visible in it is part of the verdict.
    SELECT wardbell.principal_verdict(request.tenant_id, request.user_id, request.role, request.session_id),
           pg_current_snapshot()::text
      INTO verdict, snapshot;
    IF verdict = 'ok' AND tenant_key IS NOT NULL THEN
      IF open_count >= max_connections THEN
        verdict := 'tenant_limit';
      ELSIF user_max IS NOT NULL THEN
        SELECT count(*) INTO user_count
          FROM wardbell.connection c JOIN wardbell.instance i ON i.id = c.instance_id
          WHERE c.tenant_id = tenant_key AND c.user_id = request.user_id
            AND (i.heartbeat_at > now() - p_alive_for OR NOT can_judge);
        IF user_count >= user_max THEN
          verdict := 'user_limit';
        END IF;
      END IF;
      -- a slot for a slot: not while more are open than a limit that was lowered allows
      IF verdict = 'tenant_limit' AND open_count = max_connections
         OR verdict = 'user_limit' AND user_count = user_max THEN
        replaced := wardbell.take_over_slot(tenant_key, request.user_id, request.session_id, request.previous,
                                            CASE WHEN can_judge THEN now() - p_alive_for ELSE '-infinity' END,
                                            p_instance, silence);
        IF replaced IS NOT NULL THEN
          verdict := 'ok';
          open_count := open_count - 1;
        END IF;
      END IF;
    END IF;
    IF verdict = 'ok' THEN
      INSERT INTO wardbell.connection
        (id, instance_id, tenant_id, user_id, session_id, role, address, client, transport, topics)
      VALUES (request.id, p_instance, request.tenant_id, request.user_id, request.session_id, request.role,
              request.address, request.client, coalesce(request.transport, 'websocket'), request.topics);
      open_count := open_count + 1;
    END IF;
    RETURN NEXT;
  END LOOP;
END
$$;

-- Takes slots again for the open sockets of an instance whose slots may have been given to others meanwhile.
-- Call it after the instance's heartbeat counts again. Rows that are missing are inserted; then, tenant by tenant
-- under the admission lock, those that exceed a limit are deleted, the newest first, and answered: their sockets
-- must be closed. p_sockets: [{id, tenant_id, user_id, session_id, role, address, client, transport, topics}], oldest first.
CREATE FUNCTION wardbell.retake_slots(
  p_instance uuid, p_alive_for interval, p_default_max integer, p_default_user_max integer, p_sockets jsonb
) RETURNS TABLE (id uuid, close text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
#variable_conflict use_column
DECLARE
  tenant_key uuid;
  tenant_max integer;
  user_max   integer;
BEGIN
  FOR tenant_key IN
    SELECT DISTINCT r.tenant_id FROM jsonb_to_recordset(p_sockets) AS r(tenant_id uuid) ORDER BY r.tenant_id
  LOOP
    IF tenant_key IS NOT NULL THEN
      PERFORM pg_advisory_xact_lock(hashtextextended('wardbell.admit/' || tenant_key, 0));
    END IF;
    INSERT INTO wardbell.connection
      (id, instance_id, tenant_id, user_id, session_id, role, address, client, transport, topics)
    SELECT r.id, p_instance, r.tenant_id, r.user_id, r.session_id, r.role, r.address, r.client,
           coalesce(r.transport, 'websocket'), r.topics
      FROM jsonb_to_recordset(p_sockets) AS r(id uuid, tenant_id uuid, user_id text, session_id uuid, role text,
                                              address text, client text, transport text, topics text[])
      WHERE r.tenant_id IS NOT DISTINCT FROM tenant_key
        -- its client has taken its slot over to another socket
        AND NOT EXISTS (SELECT FROM wardbell.disconnect_order o WHERE o.connection_id = r.id)
      ON CONFLICT ON CONSTRAINT connection_pkey DO NOTHING;
    CONTINUE WHEN tenant_key IS NULL; -- super admins have no limit
    -- least() ignores NULL: no ceiling, no bound
    SELECT least(coalesce(t.max_connections, p_default_max), t.ceiling_connections),
           least(coalesce(t.max_connections_per_user, p_default_user_max), t.ceiling_connections_per_user)
      INTO tenant_max, user_max FROM wardbell.tenant t WHERE t.id = tenant_key;
    RETURN QUERY
      WITH socket AS (
        SELECT c.id, c.user_id, r.place FROM wardbell.connection c
          JOIN wardbell.instance i ON i.id = c.instance_id
          LEFT JOIN (SELECT (s.value->>'id')::uuid AS id, s.place
                     FROM jsonb_array_elements(p_sockets) WITH ORDINALITY AS s(value, place)) r ON r.id = c.id
          WHERE c.tenant_id = tenant_key AND i.heartbeat_at > now() - p_alive_for
      ), ranked AS (
        -- sockets of others come first: they were admitted while this instance was silent
        SELECT s.id, s.place, row_number() OVER (PARTITION BY s.user_id ORDER BY s.place NULLS FIRST) > user_max
          AS is_above_user FROM socket s
      ), judged AS (
        SELECT r.id, r.place, r.is_above_user, row_number() OVER (
          PARTITION BY r.is_above_user IS TRUE AND r.place IS NOT NULL ORDER BY r.place NULLS FIRST) AS number
        FROM ranked r
      ), above AS (
        SELECT j.id, CASE WHEN j.is_above_user THEN 'userLimit' ELSE 'tenantLimit' END AS close FROM judged j
        WHERE j.place IS NOT NULL AND (j.is_above_user IS TRUE OR j.number > tenant_max)
      ), gone AS (
        DELETE FROM wardbell.connection c USING above a WHERE c.id = a.id
      )
      SELECT a.id, a.close FROM above a;
  END LOOP;
END
$$;

-- Compares a tenant's open sockets with its limits: how many there are, and how many of them, the newest, are
-- above. With p_enforce those are ordered to be closed. Call it in the transaction that set the limits, after
-- that: admissions wait for its end and then see them.
CREATE FUNCTION wardbell.weigh_limits(
  p_tenant uuid, p_alive_for interval, p_default_max integer, p_default_user_max integer, p_enforce boolean
) RETURNS TABLE (open integer, above integer)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  tenant_max integer;
  user_max   integer;
BEGIN
  IF p_tenant IS DISTINCT FROM wardbell.current_tenant()
     AND NOT pg_has_role(session_user, 'wardbell_relay', 'USAGE') THEN
    RAISE EXCEPTION 'tenant is not the one of this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('wardbell.admit/' || p_tenant, 0));
  -- least() ignores NULL: no ceiling, no bound
  SELECT least(coalesce(t.max_connections, p_default_max), t.ceiling_connections),
         least(coalesce(t.max_connections_per_user, p_default_user_max), t.ceiling_connections_per_user)
    INTO tenant_max, user_max FROM wardbell.tenant t WHERE t.id = p_tenant;
  RETURN QUERY
    WITH socket AS (
      SELECT c.id, c.connected_at,
             row_number() OVER (PARTITION BY c.user_id ORDER BY c.connected_at, c.id) <= coalesce(user_max, 2147483647)
               AS within_user
      FROM wardbell.connection c JOIN wardbell.instance i ON i.id = c.instance_id
      WHERE c.tenant_id = p_tenant AND i.heartbeat_at > now() - p_alive_for
    ), judged AS (
      SELECT s.id, CASE
        WHEN NOT s.within_user THEN 'userLimit'
        WHEN row_number() OVER (PARTITION BY s.within_user ORDER BY s.connected_at, s.id) > tenant_max
          THEN 'tenantLimit' END AS close
      FROM socket s
    ), ordered AS (
      INSERT INTO wardbell.disconnect_order (tenant_id, connection_id, close)
      SELECT p_tenant, j.id, j.close FROM judged j WHERE p_enforce AND j.close IS NOT NULL
    )
    SELECT count(*)::integer, count(j.close)::integer FROM judged j;
END
$$;

-- For instances of an earlier release, which do not know the limit of users.
CREATE OR REPLACE FUNCTION wardbell.admit(
  p_instance uuid, p_alive_for interval, p_default_max integer, p_requests jsonb
) RETURNS TABLE (id uuid, verdict text, head bigint, max_connections integer, max_messages_per_minute integer,
                 snapshot text, replaced uuid)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$ SELECT * FROM wardbell.admit(p_instance, p_alive_for, p_default_max, NULL, p_requests) $$;
CREATE OR REPLACE FUNCTION wardbell.retake_slots(
  p_instance uuid, p_alive_for interval, p_default_max integer, p_sockets jsonb
) RETURNS TABLE (id uuid, close text)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$ SELECT * FROM wardbell.retake_slots(p_instance, p_alive_for, p_default_max, NULL, p_sockets) $$;
CREATE OR REPLACE FUNCTION wardbell.weigh_limits(
  p_tenant uuid, p_alive_for interval, p_default_max integer, p_enforce boolean
) RETURNS TABLE (open integer, above integer)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$ SELECT * FROM wardbell.weigh_limits(p_tenant, p_alive_for, p_default_max, NULL, p_enforce) $$;

REVOKE EXECUTE ON FUNCTION wardbell.admit(uuid, interval, integer, integer, jsonb),
  wardbell.retake_slots(uuid, interval, integer, integer, jsonb),
  wardbell.weigh_limits(uuid, interval, integer, integer, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.admit(uuid, interval, integer, integer, jsonb),
  wardbell.retake_slots(uuid, interval, integer, integer, jsonb) TO wardbell_relay;
GRANT EXECUTE ON FUNCTION wardbell.weigh_limits(uuid, interval, integer, integer, boolean) TO wardbell_app, wardbell_relay;
