import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../platform/config/config.js';
import { loadOrCreateSecret } from '../../platform/config/secrets.js';
import { ConfigError, StartError } from '../../platform/config/start-error.js';
import { errorCode } from '../../platform/errors/error-code.js';
import type { SigningKey } from './signed-head.js';

/** Name of the generated key in `DATA_DIR`, which has mode 0600. */
export const KEY_FILE = 'audit-signing-key.pem';

const PEM_BLOCK = /-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----/g;

/** What a key file has: the key that signs, and the public keys of it and of earlier ones. */
export interface KeyFile {
  readonly signingKey: SigningKey;
  /** By key id. */
  readonly publicKeys: ReadonlyMap<string, KeyObject>;
}

/** `x` of the JWK (RFC 8037). */
export const publicText = (publicKey: KeyObject): string => String(publicKey.export({ format: 'jwk' }).x);

/** @throws TypeError when it is not the `x` of an Ed25519 key */
export const publicKeyOf = (x: string): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });

/** JWK thumbprint (RFC 7638, RFC 8037 appendix A.3). */
export const thumbprint = (x: string): string =>
  hash('sha256', JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }), 'base64url');

type KeyPaths = Pick<Config, 'auditSigningKeyFile' | 'dataDir'>;

/**
 * Reads the key that signs heads of the audit log: the file of `AUDIT_SIGNING_KEY_FILE`, or one in `DATA_DIR` that is
 * generated the first time. Undefined when it cannot be generated because `DATA_DIR` is read-only.
 * @throws ConfigError, StartError one line with the remedy
 */
export function loadOrCreateKeyFile(paths: KeyPaths): KeyFile | undefined {
  if (paths.auditSigningKeyFile === undefined) {
    try {
      loadOrCreateSecret(paths.dataDir, KEY_FILE, generateKey);
    } catch (error) {
      if (existsSync(join(paths.dataDir, KEY_FILE))) throw error;
      return undefined;
    }
  }
  return loadKeyFile(paths);
}

/**
 * The same key without generating one. Undefined when there is none.
 * @throws ConfigError, StartError one line with the remedy
 */
export function loadKeyFile({ auditSigningKeyFile, dataDir }: KeyPaths): KeyFile | undefined {
  if (auditSigningKeyFile !== undefined) {
    const parsed = parseKeys(readText(auditSigningKeyFile, 'AUDIT_SIGNING_KEY_FILE must be a file'));
    if (parsed) return parsed;
    throw new ConfigError(
      'AUDIT_SIGNING_KEY_FILE must begin with an Ed25519 private key in PEM: openssl genpkey -algorithm ed25519 -out FILE',
    );
  }
  const path = join(dataDir, KEY_FILE);
  if (!existsSync(path)) return undefined;
  const parsed = parseKeys(readText(path, `DATA_DIR must hold a file ${KEY_FILE}`));
  if (parsed) return parsed;
  throw new StartError(`DATA_DIR holds a file ${KEY_FILE} that is no Ed25519 private key in PEM: restore it`);
}

function readText(path: string, expected: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${expected} that this user can read (${errorCode(error)})`);
  }
}

const generateKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString().trim();

/** The first block must be a private key; later ones, private or public, only verify. */
function parseKeys(text: string): KeyFile | undefined {
  try {
    const [first, ...others] = [...text.matchAll(PEM_BLOCK)].map(([block]) => block);
    if (first === undefined) return undefined;
    const privateKey = createPrivateKey(first);
    const publicKeys = [first, ...others].map((block) => createPublicKey(block));
    if (publicKeys.some((key) => key.asymmetricKeyType !== 'ed25519')) return undefined;
    const named = publicKeys.map((key) => [thumbprint(publicText(key)), key] as const);
    const [[id, publicKey] = []] = named;
    if (id === undefined || publicKey === undefined) return undefined;
    return { signingKey: { id, privateKey, publicKey }, publicKeys: new Map(named) };
  } catch {
    return undefined;
  }
}
