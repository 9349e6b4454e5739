import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { StartError } from '../platform/config/start-error.js';
import { errorCode } from '../platform/errors/error-code.js';
import { SQLSTATE } from '../platform/errors/sqlstate.js';
import { connectFailure, connectOnce, newClient } from './connect.js';

/** The logins that serve: `app` one tenant at a time, `auth` accounts and sessions, `relay` the log of all tenants. */
export const RUNTIME_ROLES = ['app', 'auth', 'relay'] as const;
export type RuntimeRole = (typeof RUNTIME_ROLES)[number];

export const ROLES = {
  app: { name: 'wardbell_app', variable: 'APP_DATABASE_URL' },
  auth: { name: 'wardbell_auth', variable: 'AUTH_DATABASE_URL' },
  relay: { name: 'wardbell_relay', variable: 'RELAY_DATABASE_URL' },
} as const satisfies Record<RuntimeRole, object>;

/** What people sign in with, and what decides who may. */
const PEOPLE = [
  'refresh_token',
  'login_failure',
  'totp',
  'recovery_code',
  'passkey',
  'sign_in_step',
  'stream_ticket',
  'integration_key',
  'external_user',
  'tenant_security',
];
const CLINICAL = [
  'patient',
  'appointment',
  'deleted_patient',
  'deleted_appointment',
  'merged_patient',
  'break_glass',
];
const LOG = ['outbox', 'audit', 'tenant_head', 'emission', 'dead_letter', 'webhook', 'webhook_secret'];

/** Tables that a role has no business with. The tests have the whole matrix; this is what hurts most. */
const NOT_FOR: Readonly<Record<RuntimeRole, readonly string[]>> = {
  app: PEOPLE,
  auth: [...CLINICAL, ...LOG],
  relay: [...PEOPLE, ...CLINICAL],
};

/** URLs that servers start with. */
export interface RuntimeUrls {
  readonly appUrl: string;
  readonly authUrl: string;
  readonly relayUrl: string;
}

export interface RoleOptions {
  readonly appDatabaseUrl?: string | undefined;
  readonly authDatabaseUrl?: string | undefined;
  readonly relayDatabaseUrl?: string | undefined;
  /** Derives the passwords when the owner's URL has none (peer or certificate authentication). */
  readonly fallbackSecret: string;
}

/**
 * Bounds that PostgreSQL itself keeps, should this process be frozen or cut off. Set on the role, because a
 * connection pooler refuses `options` at the start of a session and shares what a session sets.
 */
const ROLE_BOUNDS: Readonly<Record<string, string>> = {
  statement_timeout: '15s',
  lock_timeout: '5s',
  idle_in_transaction_session_timeout: '20s',
};
/** From this version on only a role's administrators may change it; before, every CREATEROLE could. */
const ADMIN_OPTION_VERSION = 160_000;

/** Starts of several instances update the same row of the catalogue. */
const MAX_ATTEMPTS = 20;
const RETRY_MS = 25;
/** Logins that only a wrong or missing password, or a role without LOGIN, explains. */
const REPAIRABLE: ReadonlySet<string> = new Set(['28P01', '28000']);

/**
 * Lets the three roles log in, and returns the URLs to serve with. A role whose URL is given gets the password of that URL;
 * the others get one that is derived from the owner's, so that whoever migrates computes the same. LOGIN, password and bounds
 * are set only when logging in fails or shows no bounds. A URL with another user is a login that somebody else makes.
 * @throws StartError when the owner may not do that, naming the variables that help.
 */
export async function provisionRoles(ownerUrl: string, options: RoleOptions): Promise<RuntimeUrls> {
  const derived = deriveUrls(ownerUrl, options.fallbackSecret);
  return {
    appUrl: await provision(ownerUrl, 'app', options.appDatabaseUrl ?? derived.appUrl),
    authUrl: await provision(ownerUrl, 'auth', options.authDatabaseUrl ?? derived.authUrl),
    relayUrl: await provision(ownerUrl, 'relay', options.relayDatabaseUrl ?? derived.relayUrl),
  };
}

/** The URLs of roles that nobody has chosen a password for. Whoever knows one password learns neither another nor the owner's. */
export function deriveUrls(ownerUrl: string, fallbackSecret: string): RuntimeUrls {
  const derive = (role: RuntimeRole): string => {
    const { name } = ROLES[role];
    const url = new URL(ownerUrl);
    const secret = decodeURIComponent(url.password) || fallbackSecret;
    logInAs(url, name, createHmac('sha256', secret).update(name).digest('base64url'));
    return url.href;
  };
  return { appUrl: derive('app'), authUrl: derive('auth'), relayUrl: derive('relay') };
}

/** Sets up a role on the owner's server, whatever host the URL names: that may be a pooler. Returns the URL. */
async function provision(ownerUrl: string, role: RuntimeRole, given: string): Promise<string> {
  const { name, variable } = ROLES[role];
  const { user, password } = loginOf(given);
  if (user !== name || password === '') return given;
  const url = new URL(ownerUrl);
  logInAs(url, name, password);
  const look = await lookAt(url.href);
  if (look !== 'ready') {
    await setUp(ownerUrl, { name, password, variable, isOptional: look === 'unbounded' });
    // The second look also reports, in its own words, a server that refuses the role for another reason.
    const client = await connectOnce(url.href, variable);
    await client.end();
  }
  return given;
}

function loginOf(text: string): { readonly user: string; readonly password: string } {
  const { username, password, searchParams } = new URL(text);
  return {
    user: decodeURIComponent(username) || (searchParams.get('user') ?? ''),
    password: decodeURIComponent(password) || (searchParams.get('password') ?? ''),
  };
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

async function lookAt(url: string): Promise<'ready' | 'unbounded' | 'refused'> {
  const client = newClient(url);
  try {
    await client.connect();
    return (await isBounded(client)) ? 'ready' : 'unbounded';
  } catch (error) {
    if (REPAIRABLE.has(errorCode(error))) return 'refused';
    throw connectFailure(url, 'DATABASE_URL', error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function isBounded(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ timeout: string }>(
    'SELECT current_setting(name) AS timeout FROM unnest($1::text[]) AS name',
    [Object.keys(ROLE_BOUNDS)],
  );
  return rows.every(({ timeout }) => timeout !== '0');
}

interface SetUp {
  readonly name: string;
  readonly password: string;
  readonly variable: string;
  /** The role serves already and only lacks its bounds: an owner that may not change it is no obstacle. */
  readonly isOptional: boolean;
}

async function setUp(ownerUrl: string, { name, password, variable, isOptional }: SetUp): Promise<void> {
  const client = await connectOnce(ownerUrl, 'DATABASE_URL');
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.query('BEGIN');
        await client.query(
          `ALTER ROLE ${name} LOGIN PASSWORD ${client.escapeLiteral(scramVerifier(password))}`,
        );
        for (const [setting, value] of Object.entries(ROLE_BOUNDS))
          await client.query(`ALTER ROLE ${name} SET ${setting} = '${value}'`);
        await grantAdministration(client, name);
        await client.query('COMMIT');
        return;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        const code = errorCode(error);
        // XX000: "tuple concurrently updated"; 23505: the same setting at the same moment.
        if ((code === 'XX000' || code === SQLSTATE.uniqueViolation) && attempt < MAX_ATTEMPTS) {
          await delay(RETRY_MS);
          continue;
        }
        if (isOptional && code === '42501') return;
        throw new StartError(
          `DATABASE_URL: its user may not administer role ${name} (${code}): as a superuser run ` +
            `GRANT ${name} TO ${userOf(ownerUrl)} WITH ADMIN OPTION, or make that role a login yourself and set ${variable}`,
        );
      }
    }
  } finally {
    await client.end();
  }
}

/**
 * Makes the owner an administrator of the role before pg_upgrade makes this cluster a PostgreSQL 16 or newer, where
 * CREATEROLE alone no longer suffices. Newer servers do it themselves when the owner creates the role.
 */
async function grantAdministration(client: pg.Client, name: string): Promise<void> {
  const { rows } = await client.query<{ version: number; administers: boolean }>(
    `SELECT current_setting('server_version_num')::int AS version,
            pg_has_role($1, 'MEMBER WITH ADMIN OPTION') AS administers`,
    [name],
  );
  const server = rows[0];
  if (server === undefined || server.administers || server.version >= ADMIN_OPTION_VERSION) return;
  await client.query(`GRANT ${name} TO CURRENT_USER WITH ADMIN OPTION`);
}

const userOf = (url: string): string => loginOf(url).user || 'that user';

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
const FIND_POWERS = `
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
    ('is another run-time role', rolname = ANY ($1))
  ) AS powers (power, held)
  WHERE held
  ORDER BY rolsuper DESC, rolname
  LIMIT 1`;

/** Tables of $1, with their partitions, that the login or a role that it belongs to can read or write; and hashes of passwords. */
const FIND_EXCESS = `
  WITH mine AS (
    SELECT oid, rolname FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')
  )
  SELECT m.rolname AS role, c.relname AS object
    FROM mine m CROSS JOIN pg_class c
   WHERE c.relnamespace = to_regnamespace('wardbell') AND c.relkind IN ('r', 'p')
     AND (c.relname = ANY ($1) OR EXISTS (
           SELECT FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
           WHERE i.inhrelid = c.oid AND p.relname = ANY ($1)))
     AND (has_any_column_privilege(m.oid, c.oid, 'SELECT, INSERT, UPDATE')
          OR has_table_privilege(m.oid, c.oid, 'DELETE, TRUNCATE'))
  UNION ALL
  SELECT m.rolname, 'user_account.' || a.attname
    FROM mine m CROSS JOIN pg_attribute a
   WHERE $2 AND a.attrelid = to_regclass('wardbell.user_account') AND a.attname = 'password_hash'
     AND has_column_privilege(m.oid, a.attrelid, a.attnum, 'SELECT, INSERT, UPDATE')
  ORDER BY 2
  LIMIT 1`;

/** `listenUrl` with the user of the relay unless it has one of its own. */
export function listenLogin(listenUrl: string | undefined, relayUrl: string): string {
  if (listenUrl === undefined) return relayUrl;
  const url = new URL(listenUrl);
  const relay = new URL(relayUrl);
  if (url.username === '')
    logInAs(url, decodeURIComponent(relay.username), decodeURIComponent(relay.password));
  return url.href;
}

/** What serving needs to know of a login. */
export interface Login {
  readonly url: string;
  /** A connection pooler stands before PostgreSQL. */
  readonly isPooled: boolean;
  /** PostgreSQL ends its statements by itself when this process cannot. */
  readonly isBounded: boolean;
}

/**
 * Refuses a run-time login that row-level security would not hold, or that has what belongs to another role.
 * @throws StartError that says which power or table it has and through which role.
 */
export async function assertConfined(url: string, role: RuntimeRole): Promise<Login> {
  const { variable } = ROLES[role];
  const client = await connectOnce(url, variable);
  try {
    const others = RUNTIME_ROLES.filter((each) => each !== role).map((each) => ROLES[each].name);
    const { rows } = await client.query<Power>(FIND_POWERS, [others]);
    const found = rows[0];
    if (found !== undefined) {
      throw new StartError(
        `${variable}: its user could step around tenant isolation, because it is or belongs to role ${found.role}, ` +
          `which ${found.power}: use a login that has only role ${ROLES[role].name}`,
      );
    }
    const excess = await client.query<{ role: string; object: string }>(FIND_EXCESS, [
      NOT_FOR[role],
      role !== 'auth',
    ]);
    const [more] = excess.rows;
    if (more !== undefined) {
      throw new StartError(
        `${variable}: its user has access to wardbell.${more.object} through role ${more.role}, which is not for this login: ` +
          'revoke what was granted beyond the migrations',
      );
    }
    return { url, isPooled: await isPooled(client), isBounded: await isBounded(client) };
  } finally {
    await client.end();
  }
}

/**
 * A pooler hands out cancel keys of its own, so the process number that came with the login is not that of the
 * session: true for PgBouncer in each of its modes.
 */
async function isPooled(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid !== Reflect.get(client, 'processID');
}
