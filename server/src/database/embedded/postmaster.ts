import type { ChildProcess } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './binaries.js';
import type { Cluster } from './cluster.js';
import { endOrphans, isPostgresOf, shutDown } from './process.js';

/** Size at which PostgreSQL's log is rotated; one older file is kept. */
const MAX_LOG_BYTES = 5 * 1024 * 1024;
const POLL_MS = 20;
/** Bytes of the log that are searched for the reason of a failed start. */
const REASON_BYTES = 16 * 1024;

/**
 * Set on the command line, so that an upgrade of Wardbell changes them. Errors of statements are not logged, because
 * they contain values, which can be a patient's data.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  random_page_cost: '1.1',
  max_wal_size: '1GB',
  // Compiling a plan takes longer than any of our statements.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  log_autovacuum_min_duration: '-1',
};

export type StartOutcome =
  | { readonly kind: 'ready'; readonly child: ChildProcess; readonly pid: number }
  | { readonly kind: 'failed'; readonly reason: string };

export interface StartOptions {
  readonly port: number;
  readonly logPath: string;
  readonly settings?: Readonly<Record<string, string>> | undefined;
  /** Aborts the start and ends the process that it started. */
  readonly abort: AbortSignal;
  /** Called once when the database takes longer than a few seconds, as after a crash. */
  readonly onSlow: () => void;
}

const SLOW_MS = 5_000;

/** Starts PostgreSQL on a cluster and waits until it takes connections, however long a recovery lasts. */
export async function startPostmaster(
  cluster: Cluster,
  binaries: Binaries,
  options: StartOptions,
): Promise<StartOutcome> {
  await clearLeftovers(cluster.dir);
  const log = openSync(options.logPath, 'a', 0o600);
  const logStart = fstatSync(log).size;
  const settings = { ...SETTINGS, ...options.settings, port: String(options.port) };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = cluster.launcher.spawn(
    binaries.postgres,
    ['-D', cluster.dir, ...flags],
    ['ignore', log, log],
  );
  closeSync(log);

  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  const slow = setTimeout(options.onSlow, SLOW_MS);
  try {
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    while (!isOver && !isReady(cluster.dir, child.pid)) {
      if (options.abort.aborted && child.pid !== undefined) await shutDown(child.pid);
      await Promise.race([ended, delay(POLL_MS)]);
    }
    if (isOver || child.pid === undefined) {
      return { kind: 'failed', reason: findReason(options.logPath, logStart) };
    }
    return { kind: 'ready', child, pid: child.pid };
  } finally {
    clearTimeout(slow);
  }
}

/**
 * Ends the processes that a killed server left on this cluster and removes its `postmaster.pid`. PostgreSQL would take
 * the pid in that file for a running server if another program has it now, or if it is a zombie. The caller holds the
 * lock of the data directory, so no other server uses the cluster.
 */
async function clearLeftovers(clusterDir: string): Promise<void> {
  const pid = Number(statusLines(clusterDir)[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  if (isPostgresOf(pid, clusterDir)) await shutDown(pid);
  await endOrphans(clusterDir);
  rmSync(join(clusterDir, 'postmaster.pid'), { force: true });
}

/** PostgreSQL writes its pid in the first line of `postmaster.pid` and its state in the eighth. */
const isReady = (clusterDir: string, pid: number | undefined): boolean => {
  const lines = statusLines(clusterDir);
  return pid !== undefined && lines[0] === String(pid) && lines[7]?.trim() === 'ready';
};

function statusLines(clusterDir: string): string[] {
  try {
    return readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** The last FATAL message in PostgreSQL's log after `offset`. */
function findReason(logPath: string, offset: number): string {
  const log = openSync(logPath, 'r');
  try {
    const buffer = Buffer.alloc(REASON_BYTES);
    const length = readSync(log, buffer, 0, buffer.length, offset);
    const messages = buffer
      .toString('utf8', 0, length)
      .matchAll(/^.*?(?:FATAL|PANIC|error|postgres):\s+(.*)$/gm);
    return [...messages].at(-1)?.[1]?.trim() ?? `see ${logPath}`;
  } finally {
    closeSync(log);
  }
}

/** Renames the log when it exceeds its maximum size. */
export function rotateLog(logPath: string): void {
  const size = statSync(logPath, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_LOG_BYTES) renameSync(logPath, `${logPath}.1`);
}

/** Returns `preferred` if it is free on the loopback address, otherwise any free port. */
export async function freePort(preferred: number): Promise<number> {
  const tryPort = (port: number): Promise<number | undefined> =>
    new Promise((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(undefined));
      server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
      });
    });
  return (await tryPort(preferred)) ?? (await tryPort(0)) ?? preferred;
}
