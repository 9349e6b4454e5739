-- Notices: each person's inbox, acknowledgement and escalation. See docs/notices.md.
CREATE TABLE wardbell.notice (
  tenant_id     uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  id            uuid NOT NULL,
  seq           bigint, -- of its first event; wardbell.append() sets it in the same transaction
  message       text NOT NULL,
  level         text NOT NULL CHECK (level IN ('info', 'warning', 'error')),
  title         text,
  link          text,
  context       jsonb NOT NULL DEFAULT '{}', -- ids of what it is about
  audience      jsonb, -- NULL: all people of the tenant
  sender_id     text NOT NULL,
  sent_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at    timestamptz,
  is_test       boolean NOT NULL DEFAULT false,
  escalation    jsonb, -- {within_s, steps, mode, fallback} as it was when it was sent; NULL: none
  state         text NOT NULL DEFAULT 'pending'
                CHECK (state IN ('pending', 'acknowledged', 'resolved', 'unanswered', 'expired')),
  step          integer NOT NULL DEFAULT 0,
  due_at        timestamptz, -- the next step, the end of a hold, a repeat or the expiry
  within_s      integer, -- of the present step or repeat, from its event on
  resolved_by   text,
  resolved_at   timestamptz,
  resolved_note text,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX notice_due ON wardbell.notice (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notice_sent ON wardbell.notice (tenant_id, sent_at DESC, id DESC);
CREATE INDEX notice_age ON wardbell.notice (sent_at);

CREATE TABLE wardbell.notice_recipient (
  tenant_id       uuid NOT NULL,
  notice_id       uuid NOT NULL,
  user_id         text NOT NULL,
  step            integer NOT NULL DEFAULT 0, -- the latest in which the person was told
  delivered_at    timestamptz,
  seen_at         timestamptz,
  read_at         timestamptz,
  acknowledged_at timestamptz,
  note            text,
  snoozed_until   timestamptz,
  archived_at     timestamptz,
  PRIMARY KEY (tenant_id, notice_id, user_id),
  FOREIGN KEY (tenant_id, notice_id) REFERENCES wardbell.notice (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70); -- each row is updated in place about four times
CREATE INDEX notice_recipient_user ON wardbell.notice_recipient (tenant_id, user_id);
CREATE INDEX notice_recipient_unread ON wardbell.notice_recipient (tenant_id, user_id)
  WHERE read_at IS NULL AND archived_at IS NULL;

-- A notice whose progress has changed since its last notification_progress. Rows are only inserted and deleted, so people
-- who acknowledge at the same time do not wait for each other.
CREATE TABLE wardbell.notice_change (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id uuid NOT NULL,
  notice_id uuid NOT NULL,
  FOREIGN KEY (tenant_id, notice_id) REFERENCES wardbell.notice (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE wardbell.escalation_policy (
  tenant_id  uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  id         uuid NOT NULL DEFAULT gen_random_uuid(),
  name       text NOT NULL,
  within_s   integer NOT NULL,
  steps      jsonb NOT NULL,
  mode       text NOT NULL CHECK (mode IN ('anyone', 'everyone')),
  fallback   jsonb,
  version    integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE wardbell.notification_preference (
  tenant_id   uuid NOT NULL REFERENCES wardbell.tenant (id) ON DELETE CASCADE,
  user_id     text NOT NULL,
  quiet_hours jsonb,
  sound       boolean NOT NULL,
  desktop     boolean NOT NULL,
  PRIMARY KEY (tenant_id, user_id)
);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['notice', 'notice_recipient', 'notice_change', 'escalation_policy',
                              'notification_preference'] LOOP
    EXECUTE format('ALTER TABLE wardbell.%I ENABLE ROW LEVEL SECURITY', name);
    IF name <> 'notice_change' THEN
      EXECUTE format('CREATE POLICY tenant ON wardbell.%I FOR ALL TO wardbell_app
                      USING (tenant_id = wardbell.current_tenant()) WITH CHECK (tenant_id = wardbell.current_tenant())', name);
    END IF;
    EXECUTE format('CREATE POLICY relay ON wardbell.%I FOR ALL TO wardbell_relay USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$$;
GRANT SELECT, UPDATE ON wardbell.notice, wardbell.notice_recipient TO wardbell_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON wardbell.escalation_policy TO wardbell_app;
GRANT SELECT, INSERT, UPDATE ON wardbell.notification_preference TO wardbell_app;
GRANT SELECT, UPDATE, DELETE ON wardbell.notice TO wardbell_relay;
GRANT SELECT, INSERT, UPDATE ON wardbell.notice_recipient TO wardbell_relay;
GRANT SELECT, UPDATE, DELETE ON wardbell.notice_change TO wardbell_relay; -- UPDATE: FOR UPDATE SKIP LOCKED
GRANT SELECT ON wardbell.escalation_policy, wardbell.notification_preference TO wardbell_relay;

-- Progress is what is delivered, seen and acknowledged, the state and the step. Of notices without an escalation deliveries
-- alone are not told.
CREATE FUNCTION wardbell.note_recipients_changed() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  INSERT INTO wardbell.notice_change (tenant_id, notice_id)
  SELECT DISTINCT a.tenant_id, a.notice_id
  FROM after a
  JOIN before b ON b.tenant_id = a.tenant_id AND b.notice_id = a.notice_id AND b.user_id = a.user_id
  JOIN wardbell.notice n ON n.tenant_id = a.tenant_id AND n.id = a.notice_id
  WHERE (a.seen_at, a.acknowledged_at, a.note) IS DISTINCT FROM (b.seen_at, b.acknowledged_at, b.note)
     OR a.delivered_at IS DISTINCT FROM b.delivered_at AND n.escalation IS NOT NULL;
  RETURN NULL;
END
$$;
CREATE TRIGGER recipients_changed AFTER UPDATE ON wardbell.notice_recipient
  REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION wardbell.note_recipients_changed();
CREATE FUNCTION wardbell.note_notice_changed() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  INSERT INTO wardbell.notice_change (tenant_id, notice_id) VALUES (NEW.tenant_id, NEW.id);
  RETURN NULL;
END
$$;
CREATE TRIGGER notice_changed AFTER UPDATE OF state, step ON wardbell.notice
  FOR EACH ROW WHEN ((OLD.state, OLD.step) IS DISTINCT FROM (NEW.state, NEW.step))
  EXECUTE FUNCTION wardbell.note_notice_changed();
REVOKE EXECUTE ON FUNCTION wardbell.note_recipients_changed(), wardbell.note_notice_changed() FROM PUBLIC;

-- The people whom an audience names now: {"roles": […]}, {"user_ids": […]} or NULL, everybody of the tenant. Accounts that
-- are active, and people of single sign-on who were here within 90 days or are connected, unless they are blocked. An id
-- that nobody has is a person of single sign-on who was never here. p_alive_for: after so long without a heartbeat the
-- connections of an instance do not count.
CREATE FUNCTION wardbell.notice_people(p_tenant uuid, p_to jsonb, p_alive_for interval)
  RETURNS TABLE (user_id text, name text, online boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  WITH connected AS (
    SELECT DISTINCT ON (c.user_id) c.user_id, c.role
    FROM wardbell.connection c JOIN wardbell.instance i ON i.id = c.instance_id
    WHERE c.tenant_id = p_tenant AND NOT starts_with(c.user_id, 'key:') AND i.heartbeat_at > now() - p_alive_for
    ORDER BY c.user_id, c.connected_at DESC
  ), account AS (
    SELECT u.id::text AS user_id, u.role, u.name, u.tenant_id, u.status = 'active' AND u.deleted_at IS NULL AS is_active
    FROM wardbell.user_account u
    WHERE u.tenant_id = p_tenant
       OR u.id::text IN (SELECT lower(named) FROM jsonb_array_elements_text(p_to->'user_ids') AS named)
       OR u.id::text IN (SELECT c.user_id FROM connected c)
  ), external AS (
    SELECT sub AS user_id, (array_agg(role ORDER BY last_seen_at DESC NULLS LAST))[1] AS role
    FROM (
      SELECT e.sub, e.role, e.last_seen_at FROM wardbell.external_user e
      WHERE e.tenant_id = p_tenant AND e.role IS NOT NULL AND e.last_seen_at > now() - interval '90 days'
      UNION ALL
      SELECT c.user_id, c.role, now() FROM connected c
      UNION ALL
      SELECT named, NULL, NULL FROM jsonb_array_elements_text(p_to->'user_ids') AS named
    ) seen
    WHERE lower(sub) NOT IN (SELECT a.user_id FROM account a)
    GROUP BY sub
  ), person AS (
    SELECT a.user_id, a.role, a.name FROM account a WHERE a.is_active AND a.tenant_id = p_tenant
    UNION ALL
    SELECT e.user_id, e.role, NULL FROM external e WHERE NOT wardbell.is_blocked(p_tenant, e.user_id)
  )
  SELECT p.user_id, p.name, EXISTS (SELECT FROM connected c WHERE c.user_id = p.user_id)
  FROM person p
  WHERE CASE
    WHEN p_to->'roles' IS NOT NULL THEN p_to->'roles' ? p.role
    WHEN p_to->'user_ids' IS NOT NULL THEN EXISTS (
      SELECT FROM jsonb_array_elements_text(p_to->'user_ids') AS named WHERE named = p.user_id OR lower(named) = p.user_id)
    ELSE p.role IN ('tenant_admin', 'clinician', 'front_desk') END
$$;

-- Writes a notice and a row for each recipient, and returns how many these are. Its event is written with wardbell.append(),
-- as every event. p_notice: the columns of wardbell.notice. Nobody to tell: the first step is over at once.
CREATE FUNCTION wardbell.file_notice(p_tenant uuid, p_notice jsonb, p_alive_for interval) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  notice wardbell.notice;
  people integer;
BEGIN
  notice := jsonb_populate_record(NULL::wardbell.notice, p_notice);
  notice.audience := NULLIF(notice.audience, 'null'::jsonb);
  IF pg_has_role(session_user, 'wardbell_auth', 'USAGE') AND NOT pg_has_role(session_user, 'wardbell_relay', 'USAGE') THEN
    IF wardbell.current_tenant() <> p_tenant
       OR notice.audience IS DISTINCT FROM '{"roles": ["tenant_admin"]}'::jsonb THEN
      RAISE EXCEPTION 'this role writes notices to tenant admins only' USING ERRCODE = 'insufficient_privilege';
    END IF;
  ELSIF p_tenant IS DISTINCT FROM wardbell.current_tenant()
     AND NOT pg_has_role(session_user, 'wardbell_relay', 'USAGE') THEN
    RAISE EXCEPTION 'tenant is not the one of this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO wardbell.notice (tenant_id, id, message, level, title, link, context, audience, sender_id, expires_at, is_test,
                               escalation)
  VALUES (p_tenant, notice.id, notice.message, notice.level, notice.title, notice.link, coalesce(notice.context, '{}'),
          notice.audience, notice.sender_id, notice.expires_at, coalesce(notice.is_test, false),
          NULLIF(notice.escalation, 'null'::jsonb));
  INSERT INTO wardbell.notice_recipient (tenant_id, notice_id, user_id)
  SELECT p_tenant, notice.id, p.user_id FROM wardbell.notice_people(p_tenant, notice.audience, p_alive_for) p;
  GET DIAGNOSTICS people = ROW_COUNT;
  UPDATE wardbell.notice n
  SET within_s = CASE WHEN n.escalation IS NULL THEN NULL WHEN people = 0 THEN 0 ELSE (n.escalation->>'within_s')::integer END,
      due_at = n.expires_at
  WHERE n.tenant_id = p_tenant AND n.id = notice.id;
  RETURN people;
END
$$;

-- What counts in the inbox of a person: not archived, snoozed or expired at that time.
CREATE FUNCTION wardbell.inbox_counts(p_tenant uuid, p_user text, p_at timestamptz) RETURNS jsonb
  LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
  AS $$
  SELECT jsonb_build_object('unread', count(*), 'unseen', count(*) FILTER (WHERE r.seen_at IS NULL))
  FROM wardbell.notice_recipient r
  JOIN wardbell.notice n ON n.tenant_id = r.tenant_id AND n.id = r.notice_id
  WHERE r.tenant_id = p_tenant AND r.user_id = p_user AND r.read_at IS NULL AND r.archived_at IS NULL
    AND (r.snoozed_until IS NULL OR r.snoozed_until <= p_at)
    AND (n.expires_at IS NULL OR n.expires_at > p_at)
$$;

-- NULL for what is no UUID in lower case, as ids of notices are.
CREATE FUNCTION wardbell.to_uuid(p_text text) RETURNS uuid
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  AS $$
  SELECT CASE WHEN p_text ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN p_text::uuid END
$$;

-- How far a notice has come; NULL without a notice of this id.
CREATE FUNCTION wardbell.notice_counts(p_tenant uuid, p_notice text) RETURNS jsonb
  LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
  AS $$
  SELECT jsonb_build_object('state', n.state, 'step', n.step, 'recipients', count(r.user_id),
                            'delivered', count(r.delivered_at), 'seen', count(r.seen_at),
                            'acknowledged', count(r.acknowledged_at))
  FROM wardbell.notice n
  LEFT JOIN wardbell.notice_recipient r ON r.tenant_id = n.tenant_id AND r.notice_id = n.id
  WHERE n.tenant_id = p_tenant
    AND n.id = wardbell.to_uuid(p_notice)
  GROUP BY n.tenant_id, n.id
$$;

REVOKE EXECUTE ON FUNCTION wardbell.notice_people(uuid, jsonb, interval), wardbell.file_notice(uuid, jsonb, interval),
  wardbell.inbox_counts(uuid, text, timestamptz), wardbell.notice_counts(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.notice_people(uuid, jsonb, interval) TO wardbell_relay;
GRANT EXECUTE ON FUNCTION wardbell.file_notice(uuid, jsonb, interval) TO wardbell_app, wardbell_auth, wardbell_relay;
GRANT EXECUTE ON FUNCTION wardbell.inbox_counts(uuid, text, timestamptz), wardbell.notice_counts(uuid, text)
  TO wardbell_app, wardbell_relay;

-- As before. The counts of an inbox and of a notice are taken under the lock of the head, when all that has a lower number
-- is committed and nothing else is: they are exact at the number of their event. `data` is of these events only. A notice
-- learns the number of its first event, and the time of a step begins with the event that tells of it.
DROP FUNCTION wardbell.append(uuid, jsonb, jsonb);
CREATE FUNCTION wardbell.append(p_tenant uuid, p_events jsonb, p_audits jsonb)
  RETURNS TABLE (seq bigint, id uuid, created_at timestamptz, data text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
#variable_conflict use_column
DECLARE
  head   record;
  entry  jsonb;
  record wardbell.audit;
BEGIN
  IF pg_has_role(session_user, 'wardbell_auth', 'USAGE') AND NOT pg_has_role(session_user, 'wardbell_relay', 'USAGE') THEN
    IF wardbell.current_tenant() <> p_tenant
       OR EXISTS (SELECT FROM jsonb_array_elements(p_events) e
                  WHERE (e.value->>'type') IS DISTINCT FROM 'system_notification'
                     OR (e.value->'audience') IS DISTINCT FROM '{"roles": ["tenant_admin"]}'::jsonb) THEN
      RAISE EXCEPTION 'this role writes audit rows and notices to tenant admins only'
        USING ERRCODE = 'insufficient_privilege';
    END IF;
  ELSIF p_tenant IS DISTINCT FROM wardbell.current_tenant()
     AND NOT pg_has_role(session_user, 'wardbell_relay', 'USAGE') THEN
    RAISE EXCEPTION 'tenant is not the one of this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM wardbell.commit_durably();
  SELECT * INTO head FROM wardbell.lock_head(p_tenant);
  IF head.place IS NULL THEN
    RAISE EXCEPTION 'unknown tenant' USING ERRCODE = 'foreign_key_violation';
  END IF;

  FOR entry IN SELECT value FROM jsonb_array_elements(p_audits) LOOP
    record := jsonb_populate_record(NULL::wardbell.audit, entry);
    head.audit_seq := head.audit_seq + 1;
    record.scope := p_tenant;
    record.seq := head.audit_seq;
    record.id := gen_random_uuid();
    record.at := clock_timestamp();
    record.changed := coalesce(record.changed, '{}');
    record.hash := wardbell.audit_hash(head.audit_hash, record);
    head.audit_hash := record.hash;
    INSERT INTO wardbell.audit SELECT record.*;
  END LOOP;

  IF p_events @? '$[*] ? (@.type == "system_notification")' THEN
    UPDATE wardbell.notice n
    SET seq = coalesce(n.seq, head.seq + e.ordinality),
        due_at = CASE WHEN n.within_s IS NULL THEN n.due_at
                      ELSE least(clock_timestamp() + make_interval(secs => n.within_s), n.expires_at) END
    FROM jsonb_array_elements(p_events) WITH ORDINALITY AS e
    WHERE e.value->>'type' = 'system_notification' AND n.tenant_id = p_tenant
      AND n.id = wardbell.to_uuid(e.value->'data'->>'id');
  END IF;

  RETURN QUERY
    INSERT INTO wardbell.outbox (tenant_id, seq, type, data, audience, actor_id)
    SELECT p_tenant, head.seq + e.ordinality, e.value->>'type',
           CASE e.value->>'type'
             WHEN 'inbox_changed'
               THEN wardbell.inbox_counts(p_tenant, e.value->'audience'->'user_ids'->>0, clock_timestamp()) || (e.value->'data')
             WHEN 'notification_progress'
               THEN coalesce(wardbell.notice_counts(p_tenant, e.value->'data'->>'id'), '{}') || (e.value->'data')
             ELSE e.value->'data' END,
           NULLIF(e.value->'audience', 'null'::jsonb), e.value->>'actor_id'
    FROM jsonb_array_elements(p_events) WITH ORDINALITY AS e
    RETURNING seq, id, created_at, CASE WHEN type IN ('inbox_changed', 'notification_progress') THEN data::text END;

  PERFORM wardbell.advance_head(p_tenant, head.place, head.seq + jsonb_array_length(p_events), head.audit_seq,
                                head.audit_hash);
END
$$;
REVOKE EXECUTE ON FUNCTION wardbell.append(uuid, jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.append(uuid, jsonb, jsonb) TO wardbell_app, wardbell_auth, wardbell_relay;
