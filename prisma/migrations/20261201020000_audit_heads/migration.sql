-- Signed heads of the audit chains. A chain alone proves only that its hashes fit each other, and whoever can write to
-- this database can compute new ones. The servers sign the newest hash of each chain with a key that is not in the
-- database. See docs/security.md.

-- signature: Ed25519 over the ASCII text scope.seq.hash.at, with hash as base64url and `at` in UTC with milliseconds.
CREATE TABLE wardbell.audit_head (
  scope     uuid NOT NULL, -- the tenant, or nil for the installation
  seq       bigint NOT NULL,
  hash      bytea NOT NULL,
  at        timestamptz NOT NULL,
  key_id    text NOT NULL,
  signature bytea NOT NULL,
  PRIMARY KEY (scope, seq) -- two servers cannot both sign one head
);

-- Public keys of servers that signed. certificate: HMAC-SHA-256 over key_id with a key derived from JWT_SECRET, so that
-- a key that somebody adds in the database is not trusted.
CREATE TABLE wardbell.audit_key (
  key_id      text PRIMARY KEY, -- JWK thumbprint (RFC 7638), so it stands for the key itself
  public_key  text NOT NULL,    -- `x` of the JWK
  certificate bytea NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now()
);

-- The beginning of a chain whose older months were dropped is signed when it moves: Ed25519 over
-- beginning.scope.seq.hash.at. Null: it moved before heads were signed.
ALTER TABLE wardbell.audit_anchor
  ADD COLUMN at timestamptz,
  ADD COLUMN key_id text,
  ADD COLUMN signature bytea;

ALTER TABLE wardbell.audit_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE wardbell.audit_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY relay ON wardbell.audit_head FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);
CREATE POLICY tenant ON wardbell.audit_head FOR SELECT TO wardbell_app USING (scope = wardbell.current_tenant());
CREATE POLICY relay ON wardbell.audit_key FOR ALL TO wardbell_relay USING (true) WITH CHECK (true);

GRANT SELECT ON wardbell.audit_head TO wardbell_app, wardbell_relay;
GRANT INSERT ON wardbell.audit_head TO wardbell_relay;
GRANT SELECT, INSERT, UPDATE (certificate) ON wardbell.audit_key TO wardbell_relay;

-- Where chains begin, and whether signed heads of their dropped rows exist. A tenant gets its own only.
CREATE FUNCTION wardbell.audit_beginnings(p_scopes uuid[])
  RETURNS TABLE (scope uuid, seq bigint, hash bytea, at timestamptz, key_id text, signature bytea,
                 has_dropped_heads boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  SELECT a.scope, a.seq, a.hash, a.at, a.key_id, a.signature,
         EXISTS (SELECT FROM wardbell.audit_head h WHERE h.scope = a.scope AND h.seq < a.seq)
  FROM wardbell.audit_anchor a
  WHERE (p_scopes IS NULL OR a.scope = ANY (p_scopes))
    AND (a.scope = wardbell.current_tenant() OR pg_has_role(session_user, 'wardbell_relay', 'USAGE'))
$$;

-- Stores the signature of a beginning that has just moved there.
CREATE FUNCTION wardbell.sign_audit_beginning(
  p_scope uuid, p_seq bigint, p_at timestamptz, p_key_id text, p_signature bytea
) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  UPDATE wardbell.audit_anchor SET at = p_at, key_id = p_key_id, signature = p_signature
  WHERE scope = p_scope AND seq = p_seq
$$;

-- Deletes signed heads of rows that were dropped with their months, up to p_limit. The head at the beginning itself
-- stays.
CREATE FUNCTION wardbell.prune_audit_heads(p_limit integer) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
  WITH pruned AS (
    DELETE FROM wardbell.audit_head h USING (
      SELECT o.scope, o.seq FROM wardbell.audit_anchor a
      JOIN wardbell.audit_head o ON o.scope = a.scope AND o.seq < a.seq
      LIMIT p_limit
    ) AS old
    WHERE h.scope = old.scope AND h.seq = old.seq
    RETURNING 1
  )
  SELECT count(*) FROM pruned
$$;
REVOKE EXECUTE ON FUNCTION wardbell.audit_beginnings(uuid[]),
  wardbell.sign_audit_beginning(uuid, bigint, timestamptz, text, bytea), wardbell.prune_audit_heads(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wardbell.audit_beginnings(uuid[]) TO wardbell_app, wardbell_relay;
GRANT EXECUTE ON FUNCTION wardbell.sign_audit_beginning(uuid, bigint, timestamptz, text, bytea),
  wardbell.prune_audit_heads(integer) TO wardbell_relay;
