import type { OrderedClose } from '../platform/ordered-close.js';

/** The sockets to close, on all instances. */
export type DisconnectTarget =
  | { readonly userId: string; readonly tenantId: string | null }
  | { readonly sessionId: string; readonly tenantId: string | null }
  | { readonly connectionId: string; readonly tenantId: string | null }
  | { readonly tenantId: string };

/** Names in the table of close codes. */
export type DisconnectReason = Exclude<OrderedClose, 'tenantLimit' | 'userLimit'>;
