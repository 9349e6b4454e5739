import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { errorCode } from '../config/error-code.js';
import { StartError } from '../config/start-error.js';
import { connectFailure, connectOnce } from './connect.js';

/** The logins that serve: `app` one tenant at a time, `relay` the log of all tenants. */
export type RuntimeRole = 'app' | 'relay';

const ROLES = {
  app: { name: 'wardbell_app', variable: 'APP_DATABASE_URL' },
  relay: { name: 'wardbell_relay', variable: 'RELAY_DATABASE_URL' },
} as const;

export interface RoleOptions {
  readonly appDatabaseUrl?: string | undefined;
  readonly relayDatabaseUrl?: string | undefined;
  /** Derives the passwords when the owner's URL has none (peer or certificate authentication). */
  readonly fallbackSecret: string;
}

/** Starts of several instances update the same row of the catalogue. */
const MAX_ATTEMPTS = 20;
const RETRY_MS = 25;
/** Logins that only a wrong or missing password, or a role without LOGIN, explains. */
const REPAIRABLE: ReadonlySet<string> = new Set(['28P01', '28000']);

/**
 * The URLs to serve with. Roles without a URL of their own get LOGIN and a password derived from the
 * owner's, the same on every instance; it is set only when logging in with it fails.
 * @throws StartError when the owner may not do that, naming the variables that help.
 */
export async function provisionRoles(
  ownerUrl: string,
  options: RoleOptions,
): Promise<{ appUrl: string; relayUrl: string }> {
  return {
    appUrl: options.appDatabaseUrl ?? (await provision(ownerUrl, 'app', options.fallbackSecret)),
    relayUrl: options.relayDatabaseUrl ?? (await provision(ownerUrl, 'relay', options.fallbackSecret)),
  };
}

async function provision(ownerUrl: string, role: RuntimeRole, fallbackSecret: string): Promise<string> {
  const { name, variable } = ROLES[role];
  const url = new URL(ownerUrl);
  const secret = decodeURIComponent(url.password) || fallbackSecret;
  const password = createHmac('sha256', secret).update(name).digest('base64url');
  logInAs(url, name, password);
  if (!(await canLogIn(url.href))) {
    await setPassword(ownerUrl, name, password, variable);
    // The second look also reports, in its own words, a server that refuses the role for another reason.
    const client = await connectOnce(url.href, variable);
    await client.end();
  }
  return url.href;
}

function logInAs(url: URL, user: string, password: string): void {
  // A URL without a host (a socket in its parameters) cannot carry a user before it.
  if (url.hostname === '') {
    url.searchParams.set('user', user);
    url.searchParams.set('password', password);
  } else {
    url.username = user;
    url.password = password;
  }
}

async function canLogIn(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    if (REPAIRABLE.has(errorCode(error))) return false;
    throw connectFailure(url, 'DATABASE_URL', error);
  }
}

async function setPassword(
  ownerUrl: string,
  name: string,
  password: string,
  variable: string,
): Promise<void> {
  const client = await connectOnce(ownerUrl, 'DATABASE_URL');
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.query(
          `ALTER ROLE ${name} LOGIN PASSWORD ${client.escapeLiteral(scramVerifier(password))}`,
        );
        return;
      } catch (error) {
        // XX000: "tuple concurrently updated".
        if (errorCode(error) === 'XX000' && attempt < MAX_ATTEMPTS) {
          await delay(RETRY_MS);
          continue;
        }
        throw new StartError(
          `DATABASE_URL: its user may not give role ${name} a password (${errorCode(error)}): ` +
            `make that role a login yourself and set ${variable}, or let the user of DATABASE_URL administer it`,
        );
      }
    }
  } finally {
    await client.end();
  }
}

/** What PostgreSQL keeps instead of a password (RFC 5803): sent ready-made, so that no server log shows it. */
function scramVerifier(password: string): string {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const keyed = (label: string): Buffer => createHmac('sha256', salted).update(label).digest();
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64');
  const server = keyed('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${server}`;
}

interface Power {
  readonly role: string;
  readonly power: string;
}

/**
 * Everything that would let the login step around row-level security or its grants: what it is itself and
 * what every role is that it belongs to, directly or not, inherited or by SET ROLE.
 */
const POWERS = `
  WITH mine AS (
    SELECT oid, rolname, rolsuper, rolbypassrls, rolcreaterole
      FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')
  ), owned AS (
    SELECT nspowner AS owner FROM pg_namespace WHERE nspname = 'wardbell'
    UNION SELECT datdba FROM pg_database WHERE datname = current_database()
    UNION SELECT relowner FROM pg_class WHERE relnamespace = to_regnamespace('wardbell')
    UNION SELECT proowner FROM pg_proc WHERE pronamespace = to_regnamespace('wardbell')
    UNION SELECT typowner FROM pg_type WHERE typnamespace = to_regnamespace('wardbell')
  )
  SELECT rolname AS role, power FROM mine CROSS JOIN LATERAL (VALUES
    ('is a superuser', rolsuper),
    ('bypasses row-level security', rolbypassrls),
    ('may create roles', rolcreaterole),
    ('owns the schema or something in it', oid IN (SELECT owner FROM owned)),
    ('reads or writes everything', rolname IN ('pg_read_all_data', 'pg_write_all_data')),
    ('reaches the files of the server',
      rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')),
    ('is the other run-time role', rolname = $1)
  ) AS powers (power, held)
  WHERE held
  ORDER BY rolsuper DESC, rolname
  LIMIT 1`;

/**
 * Refuses a run-time login that row-level security would not hold.
 * @throws StartError that says which power it has and through which role.
 */
export async function assertConfined(url: string, role: RuntimeRole): Promise<void> {
  const { variable } = ROLES[role];
  const client = await connectOnce(url, variable);
  try {
    const other = role === 'app' ? ROLES.relay.name : ROLES.app.name;
    const { rows } = await client.query<Power>(POWERS, [other]);
    const found = rows[0];
    if (found !== undefined) {
      throw new StartError(
        `${variable}: its user could step around tenant isolation, because it is or belongs to role ${found.role}, ` +
          `which ${found.power}: use a login that has only role ${ROLES[role].name}`,
      );
    }
  } finally {
    await client.end();
  }
}
