-- Web Push: browsers that want to hear of notices while no page is open, and the messages that are still to be sent to them.

-- The key pair of the installation (VAPID, RFC 8292), made by the first instance unless the environment has one.
CREATE TABLE wardbell.push_key (
  is_only     boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  public_key  text NOT NULL,
  private_key text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE wardbell.push_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY relay ON wardbell.push_key FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON wardbell.push_key TO wardbell_relay;

-- A browser of a person. An endpoint is a browser of the whole installation: who signs in there last has it.
CREATE TABLE wardbell.push_subscription (
  tenant_id  uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  id         uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id    text NOT NULL,
  role       text NOT NULL,
  session_id uuid, -- signing out of it deletes the subscription
  endpoint   text NOT NULL CHECK (octet_length(endpoint) <= 2000),
  p256dh     text NOT NULL,
  auth       text NOT NULL,
  public_key text NOT NULL, -- of the server; the push service takes messages of this key alone
  expires_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (endpoint)
);
CREATE INDEX push_subscription_user ON wardbell.push_subscription (tenant_id, user_id);
CREATE INDEX push_subscription_session ON wardbell.push_subscription (session_id);
ALTER TABLE wardbell.push_subscription ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON wardbell.push_subscription FOR ALL TO wardbell_app
  USING (tenant_id = wardbell.current_tenant()) WITH CHECK (tenant_id = wardbell.current_tenant());
CREATE POLICY relay ON wardbell.push_subscription FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
GRANT SELECT (tenant_id, id, user_id, updated_at), DELETE ON wardbell.push_subscription TO wardbell_app;
GRANT SELECT, DELETE ON wardbell.push_subscription TO wardbell_relay;

-- A message to one browser about one notice. Deleted once the push service has taken it, or when it is too late.
CREATE TABLE wardbell.push_message (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL DEFAULT gen_random_uuid(),
  subscription_id uuid NOT NULL,
  notice_id       uuid NOT NULL,
  is_urgent       boolean NOT NULL, -- needs an acknowledgement
  expires_at      timestamptz NOT NULL,
  attempt         integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  lease_token     uuid,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, subscription_id, notice_id),
  FOREIGN KEY (tenant_id, subscription_id) REFERENCES wardbell.push_subscription (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, notice_id) REFERENCES wardbell.notice (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX push_message_due ON wardbell.push_message (next_attempt_at);
CREATE INDEX push_message_notice ON wardbell.push_message (tenant_id, notice_id);
ALTER TABLE wardbell.push_message ENABLE ROW LEVEL SECURITY;
CREATE POLICY relay ON wardbell.push_message FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE, DELETE ON wardbell.push_message TO wardbell_relay;

-- Subscribes a browser and returns the id, the same for the same browser of the same person. At most p_max browsers of a
-- person are kept, those that came last.
CREATE FUNCTION wardbell.subscribe_push(
  p_tenant uuid, p_user text, p_role text, p_session uuid, p_endpoint text, p_p256dh text, p_auth text, p_public_key text,
  p_expires_at timestamptz, p_max integer
) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  known uuid;
BEGIN
  IF p_tenant IS DISTINCT FROM wardbell.current_tenant() THEN
    RAISE EXCEPTION 'tenant is not the one of this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- two pages of a browser may subscribe at the same time
  PERFORM pg_advisory_xact_lock(hashtextextended('wardbell.subscribe_push/' || p_endpoint, 0));
  DELETE FROM wardbell.push_subscription s
    WHERE s.endpoint = p_endpoint AND (s.tenant_id, s.user_id) <> (p_tenant, p_user);
  INSERT INTO wardbell.push_subscription
    (tenant_id, user_id, role, session_id, endpoint, p256dh, auth, public_key, expires_at)
  VALUES (p_tenant, p_user, p_role, p_session, p_endpoint, p_p256dh, p_auth, p_public_key, p_expires_at)
  ON CONFLICT (endpoint) DO UPDATE
    SET role = excluded.role, session_id = excluded.session_id, p256dh = excluded.p256dh, auth = excluded.auth,
        public_key = excluded.public_key, expires_at = excluded.expires_at, updated_at = now()
  RETURNING id INTO known;
  DELETE FROM wardbell.push_subscription s
    WHERE s.tenant_id = p_tenant AND s.user_id = p_user AND s.id <> known AND s.id NOT IN (
      SELECT o.id FROM wardbell.push_subscription o
      WHERE o.tenant_id = p_tenant AND o.user_id = p_user AND o.id <> known
      ORDER BY o.updated_at DESC LIMIT p_max - 1);
  RETURN known;
END
$$;

-- Queues messages to the browsers of those whom a notice has just been put before, in the same transaction. p_until: how
-- long it is worth telling them.
CREATE FUNCTION wardbell.queue_pushes(
  p_tenant uuid, p_notice uuid, p_users text[], p_is_urgent boolean, p_until timestamptz
) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  INSERT INTO wardbell.push_message AS m (tenant_id, subscription_id, notice_id, is_urgent, expires_at)
  SELECT s.tenant_id, s.id, p_notice, p_is_urgent,
         least(coalesce(p_until, 'infinity'), clock_timestamp() + interval '24 hours')
  FROM wardbell.push_subscription s
  WHERE s.tenant_id = p_tenant AND s.user_id = ANY (p_users)
  ON CONFLICT (tenant_id, subscription_id, notice_id) DO UPDATE
    SET expires_at = excluded.expires_at, attempt = 0, next_attempt_at = excluded.next_attempt_at, lease_token = NULL
$$;

-- A notice without an acknowledgement is told to its recipients when they get it.
CREATE FUNCTION wardbell.push_new_recipients() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  PERFORM wardbell.queue_pushes(n.tenant_id, n.id, r.users, false, n.expires_at)
  FROM (SELECT a.tenant_id, a.notice_id, array_agg(a.user_id) AS users FROM added a GROUP BY 1, 2) r
  JOIN wardbell.notice n ON n.tenant_id = r.tenant_id AND n.id = r.notice_id
  WHERE n.escalation IS NULL;
  RETURN NULL;
END
$$;
CREATE TRIGGER push AFTER INSERT ON wardbell.notice_recipient
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION wardbell.push_new_recipients();

-- One that needs it is told with each step and repetition: when the time of the next one is set. Those who have
-- acknowledged it are left in peace.
CREATE FUNCTION wardbell.push_step() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  PERFORM wardbell.queue_pushes(NEW.tenant_id, NEW.id, array_agg(r.user_id), true, NEW.due_at)
  FROM wardbell.notice_recipient r
  WHERE r.tenant_id = NEW.tenant_id AND r.notice_id = NEW.id AND r.step = NEW.step AND r.acknowledged_at IS NULL;
  RETURN NULL;
END
$$;
CREATE TRIGGER push AFTER UPDATE OF due_at ON wardbell.notice FOR EACH ROW
  WHEN (NEW.escalation IS NOT NULL AND NEW.state IN ('pending', 'unanswered') AND NEW.due_at > clock_timestamp()
        AND NEW.due_at IS DISTINCT FROM OLD.due_at)
  EXECUTE FUNCTION wardbell.push_step();

-- Whoever signs out of a browser hears nothing there any more. A session that has only become idle or old is another
-- thing: the tablet that sleeps on the shelf is still the nurse's, and a message says nothing but that there is one.
CREATE FUNCTION wardbell.end_pushes() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  DELETE FROM wardbell.push_subscription s WHERE s.session_id = NEW.id;
  RETURN NULL;
END
$$;
CREATE TRIGGER push AFTER UPDATE OF revoked_at ON wardbell.auth_session FOR EACH ROW
  WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL AND NEW.revoked_why NOT IN ('idle', 'expired'))
  EXECUTE FUNCTION wardbell.end_pushes();

-- Is it quiet now for somebody with these quiet hours: {"from": "22:00", "to": "06:00", "time_zone": "Europe/Berlin"}?
CREATE FUNCTION wardbell.is_quiet(p_hours jsonb) RETURNS boolean
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  local time;
  first time := (p_hours->>'from')::time;
  last  time := (p_hours->>'to')::time;
BEGIN
  local := (clock_timestamp() AT TIME ZONE (p_hours->>'time_zone'))::time;
  RETURN CASE WHEN first <= last THEN local >= first AND local < last ELSE local >= first OR local < last END;
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN false; -- PostgreSQL does not know the time zone
END
$$;

REVOKE EXECUTE ON FUNCTION
  wardbell.subscribe_push(uuid, text, text, uuid, text, text, text, text, timestamptz, integer),
  wardbell.queue_pushes(uuid, uuid, text[], boolean, timestamptz), wardbell.push_new_recipients(), wardbell.push_step(),
  wardbell.end_pushes(), wardbell.is_quiet(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.subscribe_push(uuid, text, text, uuid, text, text, text, text, timestamptz, integer)
  TO wardbell_app;
GRANT EXECUTE ON FUNCTION wardbell.is_quiet(jsonb) TO wardbell_relay;
