import { randomBytes, randomInt } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../errors/error-code.js';
import { ConfigError } from './start-error.js';

/**
 * The secret kept in `<dataDir>/<name>` (mode 0600), made by `generate` the first time.
 * Two processes that start at once agree: the file appears whole, by link(2), or not at all.
 * @throws ConfigError when the folder cannot be read or written.
 */
export function keptSecret(dataDir: string, name: string, generate: () => string): string {
  const path = join(dataDir, name);
  try {
    mkdirSync(dataDir, { recursive: true });
    const kept = readKept(path);
    if (kept !== undefined) return kept;
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, `${generate()}\n`, { mode: 0o600, flush: true });
    try {
      linkSync(draft, path);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    const agreed = readKept(path);
    if (agreed !== undefined) return agreed;
  } catch (error) {
    throw new ConfigError(
      `DATA_DIR must be a folder that this user can read and write (${name}: ${errorCode(error)})`,
    );
  }
  throw new ConfigError(`DATA_DIR holds an empty file ${name}: delete that file and start again`);
}

function readKept(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? undefined : text;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** 256 random bits as text without characters that URLs or shells would need escaped. */
export const randomKey = (): string => randomBytes(32).toString('base64url');

/** Letters and digits that nobody mistakes for others, when read from a screen and typed. */
const LEGIBLE = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password of four groups of four, 79 bits, for people to type. */
export const randomPassword = (): string =>
  Array.from({ length: 4 }, () =>
    Array.from({ length: 4 }, () => LEGIBLE.charAt(randomInt(LEGIBLE.length))).join(''),
  ).join('-');
