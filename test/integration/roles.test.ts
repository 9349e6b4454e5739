import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../server/src/database/embedded/embedded.js';
import { migrate } from '../../server/src/database/migrate.js';
import { assertConfined, provisionRoles, type RuntimeRole } from '../../server/src/database/roles.js';
import { assertSchema } from '../../server/src/database/schema-check.js';
import { createLog } from '../../server/src/platform/log/log.js';
import { createDatabase, type TestDatabase } from '../support/database.js';

const SECRET = { fallbackSecret: 'a secret of another kind' };

describe('run-time roles', () => {
  const log = createLog({ logLevel: 'silent', production: true });
  let dataDir: string;
  let cluster: EmbeddedPostgres;
  // Roles belong to a cluster: taking their login away would break the servers of other test files.
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'wardbell-roles-'));
    cluster = await startEmbeddedPostgres({ dataDir, log });
    await migrate(cluster.ownerUrl, log);
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  let database: TestDatabase;
  let made: string[];
  beforeEach(async () => {
    database = await createDatabase({ cluster });
    made = [];
  });
  afterEach(async () => {
    for (const role of made.reverse())
      await database.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
    await database.drop();
  });

  async function login(name: string, attributes = ''): Promise<string> {
    const role = `${name}_${database.name}`;
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'pw' ${attributes}`);
    made.push(role);
    const url = new URL(database.ownerUrl);
    url.username = role;
    url.password = 'pw';
    return url.href;
  }
  const userOf = (url: string): string => new URL(url).username;
  const whoIs = async (url: string): Promise<unknown> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query('SELECT current_user AS name')).rows[0];
    } finally {
      await client.end();
    }
  };
  const refusal = (url: string, role: RuntimeRole = 'app'): Promise<string> =>
    assertConfined(url, role).then(
      () => 'accepted',
      (error: unknown) => String(error),
    );

  it('derives logins that every instance finds by itself, and that are confined', async () => {
    const first = await provisionRoles(database.ownerUrl, SECRET);
    expect(await provisionRoles(database.ownerUrl, SECRET)).toEqual(first);
    expect(await whoIs(first.appUrl)).toEqual({ name: 'wardbell_app' });
    expect(await whoIs(first.authUrl)).toEqual({ name: 'wardbell_auth' });
    expect(await whoIs(first.relayUrl)).toEqual({ name: 'wardbell_relay' });
    expect(new Set(Object.values(first).map((url) => new URL(url).password)).size).toBe(3);
    expect(await refusal(first.appUrl, 'app')).toBe('accepted');
    expect(await refusal(first.authUrl, 'auth')).toBe('accepted');
    expect(await refusal(first.relayUrl, 'relay')).toBe('accepted');
  });

  it('gives the roles their login back, however many instances start at once', async () => {
    await database.query(
      `ALTER ROLE wardbell_app NOLOGIN PASSWORD NULL; ALTER ROLE wardbell_relay PASSWORD 'other'`,
    );
    const urls = await Promise.all([1, 2, 3, 4, 5].map(() => provisionRoles(database.ownerUrl, SECRET)));
    for (const { appUrl, relayUrl } of urls) {
      expect(await whoIs(appUrl)).toEqual({ name: 'wardbell_app' });
      expect(await whoIs(relayUrl)).toEqual({ name: 'wardbell_relay' });
    }
  });

  it('leaves roles alone whose logins are others that are given', async () => {
    const given = {
      appDatabaseUrl: 'postgresql://a:b@c/d',
      authDatabaseUrl: 'postgresql://e:f@g/h',
      relayDatabaseUrl: 'postgresql://i:j@k/l',
    };
    expect(await provisionRoles(database.ownerUrl, { ...SECRET, ...given })).toEqual({
      appUrl: given.appDatabaseUrl,
      authUrl: given.authDatabaseUrl,
      relayUrl: given.relayDatabaseUrl,
    });
  });

  it('sets the password that a given URL of a role has, on the server of the owner, and another one later', async () => {
    for (const password of ['first of the operator', 'second of the operator']) {
      const url = new URL(database.ownerUrl);
      [url.username, url.password, url.hostname] = ['wardbell_auth', password, 'pooler.invalid'];
      const { authUrl } = await provisionRoles(database.ownerUrl, { ...SECRET, authDatabaseUrl: url.href });
      expect(authUrl).toBe(url.href);
      url.hostname = new URL(database.ownerUrl).hostname;
      expect(await whoIs(url.href)).toEqual({ name: 'wardbell_auth' });
    }
    await provisionRoles(database.ownerUrl, SECRET);
  });

  it('names the variables that help when the owner does not administer the roles', async () => {
    const stranger = await login('stranger', 'CREATEROLE');
    const outcome = await provisionRoles(stranger, SECRET).then(String, String);
    expect(outcome).toMatch(/^StartError: DATABASE_URL: .*wardbell_app.*42501.*APP_DATABASE_URL/);
  });

  it('accepts a login of one’s own that has only the application’s role', async () => {
    const own = await login('own', 'IN ROLE wardbell_app');
    expect(await refusal(own)).toBe('accepted');
  });

  it.each([
    ['a superuser', 'SUPERUSER', 'is a superuser'],
    ['one that bypasses row-level security', 'BYPASSRLS', 'bypasses row-level security'],
    ['one that may create roles', 'CREATEROLE', 'may create roles'],
    ['a member of the owner', 'IN ROLE wardbell', 'role wardbell,'],
    ['a member of the relay', 'IN ROLE wardbell_relay', 'is another run-time role'],
    ['a member of the role of accounts', 'IN ROLE wardbell_auth', 'is another run-time role'],
    ['a reader of everything', 'IN ROLE pg_read_all_data', 'reads or writes everything'],
    ['one that runs programs on the server', 'IN ROLE pg_execute_server_program', 'reaches the files'],
  ])('refuses %s', async (_what, attributes, expected) => {
    const message = await refusal(await login('strong', attributes));
    expect(message).toMatch(/^StartError: APP_DATABASE_URL: /);
    expect(message).toContain(expected);
  });

  it('refuses power that is only a SET ROLE away, through another role', async () => {
    const strong = userOf(await login('strong', 'BYPASSRLS'));
    const middle = userOf(await login('middle', 'NOINHERIT'));
    const weak = await login('weak', 'NOINHERIT');
    await database.query(`GRANT ${strong} TO ${middle}; GRANT ${middle} TO ${userOf(weak)}`);
    expect(await refusal(weak)).toContain(`belongs to role ${strong}`);
  });

  it.each([
    [
      'a table',
      (role: string) => `CREATE TABLE wardbell.x (id int); ALTER TABLE wardbell.x OWNER TO ${role}`,
    ],
    [
      'a function',
      (role: string) =>
        `CREATE FUNCTION wardbell.x() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION wardbell.x() OWNER TO ${role}`,
    ],
  ])('refuses the owner of %s in the schema', async (_what, sql) => {
    const owner = await login('owning');
    await database.query(sql(userOf(owner)));
    expect(await refusal(owner)).toContain('owns the schema or something in it');
  });

  it('holds the others to the same', async () => {
    expect(await refusal(await login('strong', 'BYPASSRLS'), 'relay')).toMatch(
      /^StartError: RELAY_DATABASE_URL: /,
    );
    expect(await refusal(database.ownerUrl, 'relay')).toContain('role wardbell,');
    expect(await refusal(await login('both', 'IN ROLE wardbell_app'), 'relay')).toContain(
      'another run-time role',
    );
    expect(await refusal(await login('all', 'IN ROLE wardbell_relay'), 'auth')).toMatch(
      /^StartError: AUTH_DATABASE_URL: .*another run-time role/,
    );
  });

  it.each<[RuntimeRole, string, string]>([
    [
      'relay',
      'GRANT SELECT (password_hash) ON wardbell.user_account TO wardbell_relay',
      'user_account.password_hash',
    ],
    ['relay', 'GRANT SELECT ON wardbell.totp TO wardbell_relay', 'totp'],
    ['relay', 'GRANT SELECT ON wardbell.patient TO wardbell_relay', 'patient'],
    ['app', 'GRANT DELETE ON wardbell.refresh_token TO wardbell_app', 'refresh_token'],
    ['app', 'GRANT UPDATE (password_hash) ON wardbell.user_account TO PUBLIC', 'user_account.password_hash'],
    ['auth', 'GRANT SELECT ON wardbell.outbox TO wardbell_auth', 'outbox'],
    ['auth', 'GRANT SELECT (notes) ON wardbell.patient TO wardbell_auth', 'patient'],
    ['auth', 'GRANT SELECT ON wardbell.outbox_default TO PUBLIC', 'outbox_default'],
  ])('refuses %s with more rights than the migrations give it: %s', async (role, grant, object) => {
    const urls = await provisionRoles(database.ownerUrl, SECRET);
    expect(await refusal(urls[`${role}Url`], role)).toBe('accepted');
    await database.query(grant);
    expect(await refusal(urls[`${role}Url`], role)).toContain(`has access to wardbell.${object} through`);
  });

  it('finds the schema of this build by every role, and names the command when it is another', async () => {
    const urls = await provisionRoles(database.ownerUrl, SECRET);
    const check = (folder?: string) =>
      assertSchema(urls.authUrl, 'AUTH_DATABASE_URL', folder).then(() => 'accepted', String);
    for (const url of Object.values(urls)) await assertSchema(url, 'A_DATABASE_URL');
    const folder = mkdtempSync(join(tmpdir(), 'wardbell-other-build-'));
    try {
      cpSync('prisma/migrations', folder, { recursive: true });
      const next = join(folder, '99990101000000_next');
      mkdirSync(next);
      writeFileSync(join(next, 'migration.sql'), 'SELECT 1');
      expect(await check(folder)).toMatch(
        /^StartError: AUTH_DATABASE_URL: the database lacks migration 99990101000000_next: run "npm run migrate"/,
      );
      rmSync(next, { recursive: true });
      rmSync(join(folder, '20261202010000_three_logins'), { recursive: true });
      expect(await check(folder)).toContain('The database is newer than this Wardbell');
      await database.query(`UPDATE wardbell._prisma_migrations SET checksum = reverse(checksum)`);
      expect(await check()).toContain('was changed after it was applied');
      await database.query('DROP FUNCTION wardbell.applied_migrations()');
      expect(await check()).toContain('has no schema of this version: run "npm run migrate"');
      await database.query('DROP SCHEMA wardbell CASCADE');
      expect(await check()).toContain('has no schema of this version: run "npm run migrate"');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
