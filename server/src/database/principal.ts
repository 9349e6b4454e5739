import type { Role } from '@wardbell/contract';

/** Who is asking: a verified token, with where it came from. Carries nothing that must not be logged. */
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

/** The installation itself, when it acts without a person: the seed, the demo. */
export const SYSTEM: Principal = {
  userId: 'system',
  tenantId: null,
  role: 'super_admin',
  sessionId: null,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
  address: null,
};
