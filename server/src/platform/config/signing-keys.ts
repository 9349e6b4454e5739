import { hkdfSync } from 'node:crypto';

/** A secret that signs tokens (HS256), with the name that tokens carry in their header. */
export interface SigningKey {
  /** Undefined: the only secret, without a name. */
  readonly kid: string | undefined;
  readonly secret: string;
}

/** The first signs, all verify: a new secret is put first, and an old one stays until what it signed has ended. */
export type SigningKeys = readonly [SigningKey, ...SigningKey[]];

/** HS256 requires a key at least as long as its hash (RFC 7518, 3.2). */
export const MIN_SECRET_BYTES = 32;
/** Bounds what a token with an unknown signature costs. */
export const MAX_SIGNING_KEYS = 8;

const NAMED = /^([A-Za-z0-9._-]{1,64}):(.*)$/s;

/**
 * Reads `JWT_SECRET`: one secret, or `kid:secret,kid:secret`. Undefined when it is neither: a secret is too short, only
 * some have names, or a name or secret comes twice.
 */
export function parseSigningKeys(value: string): SigningKeys | undefined {
  const entries = value.split(',').map((entry) => NAMED.exec(entry.trim()));
  const keys = entries.some((entry) => entry !== null)
    ? entries.map((entry) => ({ kid: entry?.[1], secret: entry?.[2] ?? '' }))
    : [{ kid: undefined, secret: value }];
  const [first, ...others] = keys;
  if (first === undefined || keys.length > MAX_SIGNING_KEYS) return undefined;
  const isLong = ({ secret }: SigningKey) => Buffer.byteLength(secret) >= MIN_SECRET_BYTES;
  const areDistinct = (values: readonly unknown[]) => new Set(values).size === values.length;
  const isValid =
    keys.every(isLong) &&
    areDistinct(keys.map(({ kid }) => kid)) &&
    areDistinct(keys.map(({ secret }) => secret));
  return isValid ? [first, ...others] : undefined;
}

/**
 * Keys of 256 bits for one purpose, one of each secret, in their order: the first makes what is new, all are tried on
 * what comes back.
 */
export function deriveKeys(
  { jwtKeys: [first, ...others] }: { readonly jwtKeys: SigningKeys },
  purpose: string,
): readonly [Buffer, ...Buffer[]] {
  const derive = ({ secret }: SigningKey) => Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
  return [derive(first), ...others.map(derive)];
}
