import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StartError } from '../../platform/config/start-error.js';
import { errorCode } from '../../platform/errors/error-code.js';
import { startOf } from './process.js';

const Holder = z.object({ pid: z.int().positive(), started: z.string() });

/** Attempts to take over a stale lock while other processes try the same. */
const MAX_ATTEMPTS = 10;

/**
 * Locks a data directory for this process. The lock of a process that no longer runs is taken over.
 * @returns a function that releases the lock
 * @throws StartError that names the process that holds the lock
 */
export function lockDataDir(dataDir: string): () => void {
  const path = join(dataDir, 'server.lock');
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) ?? '' });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      if (linked(draft, path)) return () => release(path, mine);
      const theirs = read(path);
      if (theirs === undefined) continue;
      const holder = parse(theirs);
      if (holder !== undefined && startOf(holder.pid) === holder.started) {
        throw new StartError(
          `Another Wardbell (process ${holder.pid}) uses ${dataDir}: stop it, or give this one its own DATA_DIR`,
        );
      }
      removeStaleLock(path, theirs);
    }
    throw new StartError(`The lock ${path} cannot be taken: delete it if no Wardbell uses that folder`);
  } finally {
    rmSync(draft, { force: true });
  }
}

function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string): z.output<typeof Holder> | undefined {
  try {
    return Holder.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * Removes a stale lock without removing one that a running process has created in the meantime: the file is renamed,
 * compared with the content that was read, and renamed back if it differs.
 */
function removeStaleLock(path: string, stale: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (read(aside) !== stale) linked(aside, path);
  rmSync(aside, { force: true });
}

function release(path: string, mine: string): void {
  if (read(path) === mine) rmSync(path, { force: true });
}
