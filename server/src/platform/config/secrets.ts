import { randomBytes, randomInt } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../errors/error-code.js';
import { ConfigError } from './start-error.js';

/**
 * Reads the secret in `<dataDir>/<name>` (mode 0600); `generate` creates it the first time. The file is published with
 * link(2), which is atomic, so two processes that start at the same time use the same secret.
 * @throws ConfigError when the folder cannot be read or written.
 */
export function loadOrCreateSecret(dataDir: string, name: string, generate: () => string): string {
  const path = join(dataDir, name);
  try {
    mkdirSync(dataDir, { recursive: true });
    const existing = readSecret(path);
    if (existing !== undefined) return existing;
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, `${generate()}\n`, { mode: 0o600, flush: true });
    try {
      linkSync(draft, path);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    const published = readSecret(path);
    if (published !== undefined) return published;
  } catch (error) {
    throw new ConfigError(
      `DATA_DIR must be a folder that this user can read and write (${name}: ${errorCode(error)})`,
    );
  }
  throw new ConfigError(`DATA_DIR holds an empty file ${name}: delete that file and start again`);
}

function readSecret(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? undefined : text;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** 256 random bits, encoded so that neither URLs nor shells need to escape them. */
export const randomKey = (): string => randomBytes(32).toString('base64url');

/** Letters and digits that are not confused with each other when they are read from a screen and typed. */
const UNAMBIGUOUS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password that is easy to type: four groups of four characters, 79 bits. */
export const randomPassword = (): string =>
  Array.from({ length: 4 }, () =>
    Array.from({ length: 4 }, () => UNAMBIGUOUS.charAt(randomInt(UNAMBIGUOUS.length))).join(''),
  ).join('-');
