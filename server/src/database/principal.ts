import {
  type KeyRole,
  type Role,
  type Scope,
  type StreamRole,
  type Topic,
  topicsOf,
} from '@wardbell/contract';

/** Who is asking: a verified token, with where it came from. Carries nothing that must not be logged. */
export interface Principal {
  /** `sub` of the token: our user's id, or any string of an identity provider; `key:<id>` of an integration key. */
  readonly userId: string;
  /** Null for super admins only. */
  readonly tenantId: string | null;
  readonly role: Role;
  readonly sessionId: string | null;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
  readonly address: string | null;
  /** Of an integration key; absent for people. */
  readonly key?: KeyRights;
}

/** What an integration key may do. */
export interface KeyRights {
  readonly scopes: ReadonlySet<Scope>;
  /** What it sees of the stream; null when it may not follow it. */
  readonly streamRole: KeyRole | null;
}

/** As what a principal follows the stream. */
export const streamRoleOf = ({ role, key }: Principal): StreamRole => key?.streamRole ?? role;

/** The topics that a principal may follow. */
export const streamTopicsOf = (principal: Principal): readonly Topic[] =>
  principal.key?.streamRole === null ? [] : topicsOf(streamRoleOf(principal));

/** The installation itself, when it acts without a person: the seed, the demo. */
export const SYSTEM: Principal = {
  userId: 'system',
  tenantId: null,
  role: 'super_admin',
  sessionId: null,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
  address: null,
};
