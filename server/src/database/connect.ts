import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { StartError } from '../platform/config/start-error.js';
import { errorCode } from '../platform/errors/error-code.js';
import { SQLSTATE } from '../platform/errors/sqlstate.js';
import type { Log } from '../platform/log/log.js';

/** Connect timeout. */
const CONNECT_TIMEOUT_MS = 10_000;
const RETRY_MS = 500;
/** Interval of the log line while start-up waits for the database. */
const LINE_MS = 5_000;

/** Explanations of failed logins by SQLSTATE, for the operator who set the URL. */
const REFUSALS: Readonly<Record<string, string>> = {
  '28P01': 'refuses its user or password',
  '28000': 'refuses its user',
  '3D000': 'does not have that database',
  '53300': 'has no connection left',
  '57P03': 'is starting or stopping',
  [SQLSTATE.readOnlyTransaction]: 'is read-only (a standby)',
};
/** Failures that an operator must resolve, so start-up does not wait. */
const PERMANENT: ReadonlySet<string> = new Set(['28P01', '28000', '3D000']);

/**
 * Waits until the database accepts connections and writes, and logs this every few seconds.
 * @param variable the environment variable of the URL, for the error message
 * @param abort ends the wait, for example on SIGTERM
 * @throws StartError after `waitS`, and at once when the database refuses the login
 */
export async function waitForDatabase(
  url: string,
  variable: string,
  waitS: number,
  log: Log,
  abort: AbortSignal,
): Promise<void> {
  const startMs = performance.now();
  let lineMs = startMs - LINE_MS;
  for (;;) {
    const error = await connectError(url);
    if (error === undefined) return;
    const nowMs = performance.now();
    const waitedMs = nowMs - startMs;
    const code = errorCode(error);
    if (PERMANENT.has(code) || waitedMs >= waitS * 1_000) {
      throw connectFailure(url, variable, error, PERMANENT.has(code) ? 0 : waitS);
    }
    if (abort.aborted) throw new StartError('Stopped while the database was waited for');
    if (nowMs - lineMs >= LINE_MS) {
      lineMs = nowMs;
      const { hostname, port } = new URL(url);
      log.warn('waiting for the database', {
        host: hostname,
        port: Number(port || '5432'),
        error_code: code,
        duration_ms: Math.round(waitedMs),
      });
    }
    await delay(RETRY_MS, undefined, { signal: abort }).catch(() => undefined);
  }
}

class ReadOnlyError extends Error {
  readonly code = SQLSTATE.readOnlyTransaction;
}

/** Tries one connection. Returns the error, or undefined when the database can be used. */
async function connectError(url: string): Promise<unknown> {
  const client = newClient(url);
  try {
    await client.connect();
    const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
    return rows[0]?.standby === true ? new ReadOnlyError('a standby') : undefined;
  } catch (error) {
    return error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** `application_name` of start-up connections in `pg_stat_activity`. */
export const newClient = (url: string): pg.Client => {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'wardbell-start',
  });
  // Without a listener, a connection that breaks between two queries would end the process.
  client.on('error', () => undefined);
  return client;
};

/**
 * Opens one connection for start-up work. The caller ends it.
 * @param variable the environment variable of the URL, for the error message
 * @throws StartError that names the server and never the password
 */
export async function connectOnce(url: string, variable: string): Promise<pg.Client> {
  const client = newClient(url);
  try {
    await client.connect();
  } catch (error) {
    throw connectFailure(url, variable, error);
  }
  return client;
}

/** The start error of a failed connection attempt, for the operator who set the URL. */
export function connectFailure(url: string, variable: string, error: unknown, waitedS = 0): StartError {
  const code = errorCode(error);
  const reason = REFUSALS[code] ?? `cannot be reached (${code === 'unknown' ? 'no answer' : code})`;
  const waited = waitedS > 0 ? `, after ${waitedS} s of waiting (DATABASE_WAIT_S)` : '';
  const remedy =
    PERMANENT.has(code) && variable !== 'DATABASE_URL'
      ? 'run "npm run migrate" with the owner\'s DATABASE_URL and with this URL, which makes the role and its password'
      : 'check that it runs and that the URL is right';
  return new StartError(`${variable}: the database ${describeServer(url)} ${reason}${waited}: ${remedy}`);
}

/** Host, port and database of a URL. */
export function describeServer(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || '5432'}${pathname}`;
}
