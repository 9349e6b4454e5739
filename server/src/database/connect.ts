import pg from 'pg';
import { errorCode } from '../config/error-code.js';
import { StartError } from '../config/start-error.js';

/** A server that does not answer is unreachable after this long. */
const CONNECT_TIMEOUT_MS = 10_000;

/** What a login can fail for, by SQLSTATE, as the person who set the URL reads it. */
const REFUSALS: Readonly<Record<string, string>> = {
  '28P01': 'refuses its user or password',
  '28000': 'refuses its user',
  '3D000': 'does not have that database',
  '53300': 'has no connection left',
  '57P03': 'is starting or stopping',
};

/**
 * One connection for the work of a start, to be ended by the caller.
 * @param variable where the URL comes from, for the message.
 * @throws StartError that names the server and never the password.
 */
export async function connectOnce(url: string, variable: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // Without a listener a connection that breaks between two queries would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw connectFailure(url, variable, error);
  }
  return client;
}

/** What a failed connect means to the person who set the URL. */
export function connectFailure(url: string, variable: string, error: unknown): StartError {
  const code = errorCode(error);
  const reason = REFUSALS[code] ?? `cannot be reached (${code === 'unknown' ? 'no answer' : code})`;
  return new StartError(
    `${variable}: the database ${placeOf(url)} ${reason}: check that it runs and that the URL is right`,
  );
}

/** Host, port and database of a URL. */
export function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || '5432'}${pathname}`;
}
