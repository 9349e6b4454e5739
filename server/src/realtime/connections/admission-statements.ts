/** Statements that record sockets, each prepared once per connection. */

export const ADMIT = {
  name: 'admit',
  text: `SELECT id::text, verdict, head, max_connections, max_messages_per_minute, snapshot, replaced
         FROM wardbell.admit($1, make_interval(secs => $2), $3, $4, $5)`,
};
export const RELEASE = {
  name: 'release',
  text: `DELETE FROM wardbell.connection WHERE id = ANY($1::uuid[]) RETURNING tenant_id::text, user_id`,
};
/** Takes slots again for open sockets whose slots were released; returns the sockets that now exceed a limit. */
export const RETAKE = {
  name: 'retake',
  text: `SELECT id::text, close FROM wardbell.retake_slots($1, make_interval(secs => $2), $3, $4, $5)`,
};
/** The time of the database, which also writes `connected_at`. */
export const CLOCK = { name: 'clock', text: 'SELECT clock_timestamp()::text AS now' };
/**
 * Deletes rows of this instance that belong to none of its sockets ($3). Rows from after $2, the time of the database at which it
 * had these sockets, are left alone: this statement may itself arrive late.
 */
export const RECONCILE = {
  name: 'reconcile',
  text: `DELETE FROM wardbell.connection
         WHERE instance_id = $1 AND connected_at < $2::timestamptz AND id <> ALL($3::uuid[])
         RETURNING tenant_id::text, user_id`,
};

/** The owner of a row that was deleted. */
export interface ReleasedRow {
  readonly tenant_id: string | null;
  readonly user_id: string;
}

export type Verdict =
  | 'ok'
  | 'unknown_tenant'
  | 'tenant_suspended'
  | 'revoked'
  | 'locked'
  | 'tenant_limit'
  | 'user_limit';

export interface AdmitRow {
  readonly id: string;
  readonly verdict: Verdict;
  readonly head: string | null;
  readonly max_connections: number;
  readonly max_messages_per_minute: number | null;
  readonly snapshot: string;
  readonly replaced: string | null;
}
