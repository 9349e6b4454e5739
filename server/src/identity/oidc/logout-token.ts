import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { Problem } from '../../platform/errors/problem.js';
import { CLOCK_TOLERANCE_S, type Provider } from './provider.js';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** `logout+jwt` is recommended; providers of before that send `JWT` or nothing. A token of another kind names its own. */
const TYPES: ReadonlySet<string> = new Set(['logout+jwt', 'application/logout+jwt', 'jwt']);
/** Older tokens are refused, so that used ones need not be remembered for longer. */
const MAX_AGE_S = 10 * 60;

const text = z.string().min(1).max(1_000);
/** Claims of a logout token (OpenID Connect Back-Channel Logout 1.0, 2.4). */
const LogoutClaims = z
  .object({
    jti: text,
    iat: z.number(),
    exp: z.number(),
    // one audience: a client does not trust the others
    aud: z.union([z.string(), z.tuple([z.string()])]),
    sub: text.optional(),
    sid: text.optional(),
    events: z.object({ [EVENT]: z.record(z.string(), z.unknown()) }),
    // an ID token has one, and must not end a session
    nonce: z.undefined().optional(),
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined);

/** A logout that a provider has asked for: of one of its sessions, or of all of a person. */
export interface Logout {
  readonly jti: string;
  readonly sub: string | null;
  readonly sid: string | null;
  /** In seconds since 1970. */
  readonly issuedAtS: number;
  /** After this no token with this `jti` is taken, in seconds since 1970. */
  readonly forgottenAtS: number;
}

/**
 * Validates a logout token (2.6), but for its single use.
 * @throws Problem `invalid_logout_token`; OidcError `unavailable`, and others when its keys cannot be fetched
 */
export async function verifyLogoutToken(provider: Provider, token: string): Promise<Logout> {
  const { issuer, keys } = await provider.logoutKeys();
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    issuer,
    audience: provider.config.clientId,
    algorithms: ALGORITHMS,
    clockTolerance: CLOCK_TOLERANCE_S,
    maxTokenAge: MAX_AGE_S,
    requiredClaims: ['exp', 'iat'],
  }).catch((error: unknown) => {
    throw isOfToken(error) ? new Problem('invalid_logout_token', { cause: error }) : error;
  });
  const claims = LogoutClaims.safeParse(payload);
  const { typ = 'JWT' } = protectedHeader;
  if (!claims.success || !TYPES.has(typ.toLowerCase())) throw new Problem('invalid_logout_token');
  const { jti, sub = null, sid = null, iat } = claims.data;
  return { jti, sub, sid, issuedAtS: iat, forgottenAtS: iat + MAX_AGE_S + 2 * CLOCK_TOLERANCE_S };
}

/** False for a failure to fetch keys, whatever the token. */
const isOfToken = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC';
