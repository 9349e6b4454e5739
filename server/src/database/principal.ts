import {
  type KeyRole,
  type Role,
  type Scope,
  type StreamRole,
  type Topic,
  topicsOf,
} from '@wardbell/contract';

/** The caller: the content of a verified token and the network address. All of it may be logged. */
export interface Principal {
  /** `sub` of the token: our user's id, or any string of an identity provider; `key:<id>` of an integration key. */
  readonly userId: string;
  /** Null for super admins only. */
  readonly tenantId: string | null;
  readonly role: Role;
  readonly sessionId: string | null;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
  /** When the person signed in, as the token says, in milliseconds since 1970. Absent: unknown. */
  readonly authenticatedAtMs?: number;
  /** Has shown the password and may only add the second factor that a policy demands. */
  readonly isEnrolling?: true;
  readonly address: string | null;
  /** Of an integration key; absent for people. */
  readonly key?: KeyRights;
}

/** What an integration key may do. */
export interface KeyRights {
  readonly scopes: ReadonlySet<Scope>;
  /** The view that it has of the stream; null when it may not follow it. */
  readonly streamRole: KeyRole | null;
}

/** The role as which a principal follows the stream. */
export const streamRoleOf = ({ role, key }: Principal): StreamRole => key?.streamRole ?? role;

/** The topics that a principal may follow. */
export const streamTopicsOf = (principal: Principal): readonly Topic[] =>
  principal.key?.streamRole === null ? [] : topicsOf(streamRoleOf(principal));

/** The role of a principal in the audit log. */
export const actorRoleOf = ({ role, key }: Pick<Principal, 'role' | 'key'>): string =>
  key ? 'integration_key' : role;

/** The principal of work that the server does by itself, such as the seed and the demo. */
export const SYSTEM: Principal = {
  userId: 'system',
  tenantId: null,
  role: 'super_admin',
  sessionId: null,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
  authenticatedAtMs: Number.MAX_SAFE_INTEGER,
  address: null,
};
