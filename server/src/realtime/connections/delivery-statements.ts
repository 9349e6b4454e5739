/**
 * Statements that store what was sent to whom. Each row has its whole state, so that a repetition changes nothing. They do
 * not wait for the disk: a crash of PostgreSQL loses the last ones, which are unknown then as after a kill -9, and never a
 * connection without the writes that follow it.
 */

const LAZILY = `(SELECT set_config('synchronous_commit', 'off', true)) IS NOT NULL`;

export const STORE_CONNECTIONS = {
  name: 'delivery_connections',
  text: `INSERT INTO wardbell.delivery_connection AS d
           (tenant_id, id, instance_id, recorder_id, user_id, role, transport, connected_at, ended_at)
         SELECT r.tenant_id, r.id, $1, $2, r.user_id, r.role, r.transport, r.connected_at, r.ended_at
         FROM jsonb_to_recordset($3)
           AS r(tenant_id uuid, id uuid, user_id text, role text, transport text, connected_at timestamptz,
                ended_at timestamptz)
         WHERE ${LAZILY}
         ON CONFLICT (tenant_id, id) DO UPDATE SET
           recorder_id = excluded.recorder_id, role = excluded.role, ended_at = excluded.ended_at`,
};

export const STORE_SPANS = {
  name: 'delivery_spans',
  text: `INSERT INTO wardbell.delivery_span
           (tenant_id, connection_id, n, recorder_id, is_live, after_seq, to_seq, unsure_after, topics, types, at)
         SELECT r.tenant_id, r.connection_id, r.n, $1, r.is_live, r.after_seq, r.to_seq, r.unsure_after, r.topics,
                r.types, r.at
         FROM jsonb_to_recordset($2)
           AS r(tenant_id uuid, connection_id uuid, n int, is_live boolean, after_seq bigint, to_seq bigint,
                unsure_after bigint, topics text[], types jsonb, at timestamptz)
         WHERE ${LAZILY}
         ON CONFLICT (tenant_id, connection_id, n) DO UPDATE SET
           to_seq = excluded.to_seq, unsure_after = excluded.unsure_after, at = excluded.at`,
};

export const STORE_WRITES = {
  name: 'delivery_writes',
  text: `INSERT INTO wardbell.delivery_write AS w (tenant_id, recorder_id, from_seq, to_seq, from_at, to_at)
         SELECT r.tenant_id, $1, r.from_seq, r.to_seq, to_timestamp(r.from_s), to_timestamp(r.to_s)
         FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::float8[], $6::float8[])
           AS r(tenant_id, from_seq, to_seq, from_s, to_s)
         WHERE ${LAZILY}
         ON CONFLICT (tenant_id, recorder_id, from_seq) DO UPDATE SET to_seq = excluded.to_seq, to_at = excluded.to_at
           WHERE w.to_seq < excluded.to_seq`,
};
