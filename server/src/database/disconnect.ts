/** Whose sockets are closed, on whichever instance they are. */
export type DisconnectTarget =
  | { readonly userId: string; readonly tenantId: string | null }
  | { readonly sessionId: string; readonly tenantId: string | null }
  | { readonly connectionId: string; readonly tenantId: string | null }
  | { readonly tenantId: string };

/** Names of the table of close codes. */
export type DisconnectReason = 'accessRevoked' | 'tenantSuspended' | 'closedByAdministrator';
