import { createHmac } from 'node:crypto';
import { z } from 'zod';

/** Whose tokens to make, as another service with the same secret would (single sign-on). */
export const Identity = z.object({
  secret: z.string(),
  tenantId: z.string(),
  role: z.enum(['tenant_admin', 'clinician', 'front_desk']),
});
export type Identity = z.infer<typeof Identity>;

const LIFETIME_S = 4 * 3_600;
const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

/** An access token (HS256) for a user of this name. */
export const mintToken = ({ secret, tenantId, role }: Identity, user: string): string => {
  const nowS = Math.floor(Date.now() / 1_000);
  const payload = encode({ sub: user, tenant_id: tenantId, role, iat: nowS, exp: nowS + LIFETIME_S });
  const signature = createHmac('sha256', secret).update(`${HEADER}.${payload}`).digest('base64url');
  return `${HEADER}.${payload}.${signature}`;
};
