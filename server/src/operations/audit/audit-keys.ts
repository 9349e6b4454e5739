import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { deriveKeys, type SigningKeys } from '../../platform/config/signing-keys.js';
import { type KeyFile, publicKeyOf, publicText, thumbprint } from './key-file.js';
import type { SigningKey } from './signed-head.js';

/** A row of `wardbell.audit_key`. */
export interface KeyRow {
  readonly key_id: string;
  readonly public_key: string;
  readonly certificate: Buffer;
}

export const READ_KEYS =
  'SELECT key_id, public_key, certificate FROM wardbell.audit_key ORDER BY created_at, key_id';
export const REGISTER_KEY = `
  INSERT INTO wardbell.audit_key AS k (key_id, public_key, certificate) VALUES ($1, $2, $3)
  ON CONFLICT (key_id) DO UPDATE SET certificate = excluded.certificate
    WHERE k.certificate <> excluded.certificate`;

/**
 * Which keys may have signed heads. The database lists the public keys of all servers, and whoever can write to it could
 * add one, so a listed key counts only with a certificate that needs `JWT_SECRET`, which all servers share.
 */
export class AuditKeys {
  /** The first certifies; certificates of all count, so that `JWT_SECRET` can be rotated. */
  readonly #certificateKeys: readonly Buffer[];

  /** @param jwtKeys undefined: no key is trusted because of its certificate */
  constructor(
    private readonly file: KeyFile | undefined,
    jwtKeys: SigningKeys | undefined,
  ) {
    this.#certificateKeys = jwtKeys === undefined ? [] : deriveKeys({ jwtKeys }, 'wardbell audit keys');
  }

  /** Undefined when this process has no key and signs nothing. */
  get signingKey(): SigningKey | undefined {
    return this.file?.signingKey;
  }

  /** Values for `REGISTER_KEY`; undefined without a key. */
  get registration(): [keyId: string, publicKey: string, certificate: Buffer] | undefined {
    const key = this.signingKey;
    const [certificateKey] = this.#certificateKeys;
    if (!key || !certificateKey) return undefined;
    return [key.id, publicText(key.publicKey), certificateOf(key.id, certificateKey)];
  }

  /** The keys of the key file, and the listed ones with a valid certificate, by key id. */
  trusted(listed: readonly KeyRow[]): Map<string, KeyObject> {
    const keys = new Map(this.file?.publicKeys);
    for (const row of listed) {
      const publicKey = this.#isCertified(row) ? listedKey(row) : undefined;
      if (publicKey) keys.set(row.key_id, publicKey);
    }
    return keys;
  }

  #isCertified({ key_id, certificate }: KeyRow): boolean {
    return this.#certificateKeys.some((key) => {
      const expected = certificateOf(key_id, key);
      return certificate.length === expected.length && timingSafeEqual(certificate, expected);
    });
  }
}

const certificateOf = (keyId: string, key: Buffer): Buffer =>
  createHmac('sha256', key).update(keyId).digest();

/** The public key of a row; undefined when it is not the key that its id names. */
export function listedKey({
  key_id,
  public_key,
}: Pick<KeyRow, 'key_id' | 'public_key'>): KeyObject | undefined {
  if (thumbprint(public_key) !== key_id) return undefined;
  try {
    return publicKeyOf(public_key);
  } catch {
    return undefined;
  }
}
