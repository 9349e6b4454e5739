import type { Role } from '@wardbell/contract';

/** The caller: the content of a verified token and the network address. All of it may be logged. */
export interface Principal {
  /** `sub` of the token: our user's id, or any string of an identity provider. */
  readonly userId: string;
  /** Null for super admins only. */
  readonly tenantId: string | null;
  readonly role: Role;
  readonly sessionId: string | null;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
  readonly address: string | null;
}

/** The principal of work that the server does by itself, such as the seed and the demo. */
export const SYSTEM: Principal = {
  userId: 'system',
  tenantId: null,
  role: 'super_admin',
  sessionId: null,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
  address: null,
};
