import type { OrderedClose } from '../../platform/ordered-close.js';
import type { Session } from '../hub/session.js';

/** An order to close sockets, on all instances. */
export interface Order {
  readonly id: string;
  /** Id of the transaction that wrote the order. */
  readonly xid: bigint;
  readonly tenant_id: string | null;
  readonly user_id: string | null;
  readonly session_id: string | null;
  readonly connection_id: string | null;
  readonly close: OrderedClose;
  /** When it was written, by the clock of the database, in milliseconds since 1970. */
  readonly ordered_ms: number;
}

type OrderColumns = Omit<Order, 'xid'> & { readonly xid: string };
/** An order, or nulls when there is none; the other columns are always present. */
export type OrderRow = (OrderColumns | { readonly id: null }) & {
  /** Oldest open transaction. All earlier ones have ended, and their orders are in this answer. */
  readonly next: string;
  /** Time of the read by the clock of the database, in milliseconds since 1970. */
  readonly now_ms: number;
};

export const READ_ORDERS = {
  name: 'read_orders',
  text: `SELECT o.id::text, o.xid::text, o.tenant_id::text, o.user_id, o.session_id::text, o.connection_id::text,
                o.close, extract(epoch FROM o.created_at)::float8 * 1000 AS ordered_ms,
                pg_snapshot_xmin(pg_current_snapshot())::text AS next,
                extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms
         FROM (SELECT) one LEFT JOIN wardbell.disconnect_order o ON o.xid >= $1::xid8`,
};

export const JUDGE = {
  name: 'judge_principals',
  text: `SELECT r.id, pg_current_snapshot()::text AS snapshot,
                wardbell.principal_verdict(r.tenant_id, r.user_id, r.role, r.session_id) AS verdict
         FROM jsonb_to_recordset($1) AS r(id text, tenant_id uuid, user_id text, role text, session_id uuid)`,
};

export const toOrders = (rows: readonly OrderRow[]): Order[] =>
  rows.flatMap((row) => (row.id === null ? [] : [{ ...row, xid: BigInt(row.xid) }]));

/** True when an order applies to a session. */
export const appliesTo = (order: Order, { id, principal }: Pick<Session, 'id' | 'principal'>): boolean => {
  if (order.connection_id !== null) return order.connection_id === id;
  if (order.session_id !== null) return order.session_id === principal.sessionId;
  if (order.tenant_id !== null && order.tenant_id !== principal.tenantId) return false;
  return order.user_id === null ? order.tenant_id !== null : order.user_id === principal.userId;
};
