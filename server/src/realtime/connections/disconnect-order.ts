import type { Session } from '../hub/session.js';

/** Sockets to close, on whichever instance they are. */
export interface Order {
  readonly id: string;
  /** The transaction that wrote it. */
  readonly xid: bigint;
  readonly tenant_id: string | null;
  readonly user_id: string | null;
  readonly session_id: string | null;
  readonly connection_id: string | null;
  readonly close: 'accessRevoked' | 'tenantSuspended' | 'closedByAdministrator' | 'tenantLimit' | 'userLimit';
}

type OrderColumns = Omit<Order, 'xid'> & { readonly xid: string };
/** An order, or nulls when there is none: the rest is answered in either case. */
export type OrderRow = (OrderColumns | { readonly id: null }) & {
  /** The oldest transaction that was open: all before it were finished, and their orders are in this answer. */
  readonly next: string;
  /** When it was read, by the clock of the database, in milliseconds since 1970. */
  readonly now_ms: number;
};

export const READ_ORDERS = {
  name: 'read_orders',
  text: `SELECT o.id::text, o.xid::text, o.tenant_id::text, o.user_id, o.session_id::text, o.connection_id::text,
                o.close, pg_snapshot_xmin(pg_current_snapshot())::text AS next,
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

/** Is this session one of those that an order is about? */
export const concerns = (order: Order, { id, principal }: Pick<Session, 'id' | 'principal'>): boolean => {
  if (order.connection_id !== null) return order.connection_id === id;
  if (order.session_id !== null) return order.session_id === principal.sessionId;
  if (order.tenant_id !== null && order.tenant_id !== principal.tenantId) return false;
  return order.user_id === null ? order.tenant_id !== null : order.user_id === principal.userId;
};
