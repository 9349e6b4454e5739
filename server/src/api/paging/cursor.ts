import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { deriveKeys } from '../../platform/config/signing-keys.js';
import { Problem } from '../../platform/errors/problem.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts the cursors of lists. A cursor contains the sort key of the last row, which can be a name and would appear
 * in URLs and logs of proxies. It is bound to one list of one tenant. Because it contains the sort key, the next page
 * starts at the right place even if that row was deleted. The encryption key is derived from `JWT_SECRET`, so every
 * instance can open the cursors of all instances.
 */
@Injectable()
export class Cursors {
  readonly #keys: readonly [Buffer, ...Buffer[]];

  constructor(config: Config) {
    this.#keys = deriveKeys(config, 'wardbell list cursor');
  }

  /** @param list name of list and tenant; a cursor can be opened only with the same name */
  seal(list: string, position: readonly string[]): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#keys[0], nonce).setAAD(digest(list));
    const body = Buffer.concat([cipher.update(JSON.stringify(position)), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
  }

  /** @throws Problem 422 for a cursor that was not sealed under this name */
  open(list: string, cursor: string): string[] {
    const sealed = Buffer.from(cursor, 'base64url');
    for (const key of this.#keys) {
      const position = unseal(key, list, sealed);
      if (position !== undefined) return position;
    }
    throw new Problem('validation_failed', {
      errors: [{ path: 'after', message: 'is not a cursor of this list' }],
    });
  }
}

/** Undefined when it was sealed with another key or name. */
function unseal(key: Buffer, list: string, bytes: Buffer): string[] | undefined {
  try {
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(digest(list))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const text = Buffer.concat([
      decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)),
      decipher.final(),
    ]).toString();
    const position: unknown = JSON.parse(text);
    return Array.isArray(position) ? position.map(String) : [];
  } catch {
    return undefined;
  }
}

const digest = (list: string): Buffer => createHash('sha256').update(list).digest();
