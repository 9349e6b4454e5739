/**
 * The position up to which a stream is complete: every event up to `seq` that this connection may see was delivered. A
 * super admin's stream has a number for each tenant.
 */
export type Position =
  | { readonly epoch: string; readonly seq: number }
  | { readonly epoch: string; readonly seq: Readonly<Record<string, number>> };

/** The position of one tenant's stream, as in list responses. */
export interface TenantPosition {
  readonly seq: number;
  readonly epoch: string;
}
