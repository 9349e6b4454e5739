/** Statements that book sockets, each prepared once a connection. */

export const ADMIT = {
  name: 'admit',
  text: `SELECT id::text, verdict, head, max_connections, max_messages_per_minute
         FROM wardbell.admit($1, make_interval(secs => $2), $3, $4)`,
};
export const RELEASE = {
  name: 'release',
  text: `DELETE FROM wardbell.connection WHERE id = ANY($1::uuid[])`,
};
/** For sockets that were booked and whose rows others have removed. */
export const REBOOK = {
  name: 'rebook',
  text: `INSERT INTO wardbell.connection
           (id, instance_id, tenant_id, user_id, session_id, role, address, client, topics)
         SELECT r.id, $1, r.tenant_id, r.user_id, r.session_id, r.role, r.address, r.client, r.topics
         FROM jsonb_to_recordset($2) AS r(id uuid, tenant_id uuid, user_id text, session_id uuid, role text,
                                          address text, client text, topics text[])
         ON CONFLICT (id) DO NOTHING`,
};
/** Removes rows of this instance that stand for none of its sockets. */
export const RECONCILE = {
  name: 'reconcile',
  text: `DELETE FROM wardbell.connection
         WHERE instance_id = $1 AND connected_at < now() - make_interval(secs => $2) AND id <> ALL($3::uuid[])`,
};

export type Verdict =
  | 'ok'
  | 'unknown_tenant'
  | 'tenant_suspended'
  | 'revoked'
  | 'tenant_limit'
  | 'user_limit';

export interface AdmitRow {
  readonly id: string;
  readonly verdict: Verdict;
  readonly head: string | null;
  readonly max_connections: number;
  readonly max_messages_per_minute: number | null;
}
