import { randomUUID } from 'node:crypto';
import type { Role } from '@wardbell/contract';
import { SignJWT } from 'jose';
import { JWT_SECRET } from './server.js';

export interface TokenOptions {
  readonly sub?: string;
  readonly tenantId?: string;
  readonly role: Role;
  /** From now, in seconds; negative has expired. */
  readonly expiresInS?: number;
  readonly secret?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** `typ` of its header; absent unless given. */
  readonly type?: string;
}

/** An access token as another service with the same secret would make it (single sign-on). */
export async function mintToken(options: TokenOptions): Promise<string> {
  const nowS = Math.floor(Date.now() / 1000);
  return new SignJWT({
    role: options.role,
    ...(options.tenantId === undefined ? {} : { tenant_id: options.tenantId }),
    iat: Math.min(nowS, nowS + (options.expiresInS ?? 0)),
    ...options.claims,
  })
    .setProtectedHeader({ alg: 'HS256', ...(options.type === undefined ? {} : { typ: options.type }) })
    .setSubject(options.sub ?? randomUUID())
    .setExpirationTime(nowS + (options.expiresInS ?? 900))
    .sign(new TextEncoder().encode(options.secret ?? JWT_SECRET));
}
