import { createECDH } from 'node:crypto';
import { ConfigError } from './start-error.js';

/** Keys of Web Push (VAPID, RFC 8292), base64url. */
export interface PushKeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

export interface PushConfig {
  /** Undefined: the installation's own pair, made at the first start and kept in the database. */
  readonly keys: PushKeyPair | undefined;
  /** Where a push service finds the operator: a mailto or https URL. */
  readonly subject: string;
}

export interface PushVariables {
  readonly VAPID_PUBLIC_KEY?: string | undefined;
  readonly VAPID_PRIVATE_KEY?: string | undefined;
  readonly VAPID_SUBJECT?: string | undefined;
  readonly PUBLIC_URL?: string | undefined;
}

/** Nobody's: outside of production no push service needs to find the operator. */
const NO_SUBJECT = 'mailto:operator@wardbell.test';

/** @throws ConfigError when only one of the keys is given, or the two are no pair */
export function pushConfigOf({
  VAPID_PUBLIC_KEY: publicKey,
  VAPID_PRIVATE_KEY: privateKey,
  VAPID_SUBJECT,
  PUBLIC_URL,
}: PushVariables): PushConfig {
  const subject = VAPID_SUBJECT ?? (PUBLIC_URL?.startsWith('https:') ? PUBLIC_URL : NO_SUBJECT);
  if (publicKey === undefined && privateKey === undefined) return { keys: undefined, subject };
  if (publicKey === undefined || privateKey === undefined) {
    const missing = publicKey === undefined ? 'VAPID_PUBLIC_KEY' : 'VAPID_PRIVATE_KEY';
    throw new ConfigError(`Wrong configuration: set ${missing} as well, the two are a pair`);
  }
  if (publicKeyOf(privateKey) !== publicKey)
    throw new ConfigError(
      'Wrong configuration: VAPID_PUBLIC_KEY must be the public key of VAPID_PRIVATE_KEY',
    );
  return { keys: { publicKey, privateKey }, subject };
}

function publicKeyOf(privateKey: string): string | undefined {
  try {
    const curve = createECDH('prime256v1');
    curve.setPrivateKey(Buffer.from(privateKey, 'base64url'));
    return curve.getPublicKey('base64url');
  } catch {
    return undefined; // zero, or not below the order of the curve
  }
}
