import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Config, loadConfig } from './config.js';
import { Environment } from './environment.js';
import { ConfigError } from './start-error.js';

const SECRET = 'canary-'.repeat(6);

describe('loadConfig', () => {
  let dataDir: string;
  const load = (env: NodeJS.ProcessEnv = {}): Config => loadConfig({ DATA_DIR: dataDir, ...env });
  const failure = (env: NodeJS.ProcessEnv): string => {
    try {
      load(env);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    throw new Error('the configuration was accepted');
  };

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'wardbell-config-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('has the documented defaults', () => {
    expect(load()).toMatchObject({
      port: 8000,
      host: '127.0.0.1',
      databaseUrl: undefined,
      demo: false,
      demoTraffic: false,
      enableWebsocket: true,
      websocketCompression: false,
      maxConnectionsPerTenant: 100,
      heartbeatIntervalS: 30,
      allowedOrigins: null,
      redisUrl: undefined,
      maxConnectionAttemptsPerMinute: 600,
      trustedProxies: [],
      eventRetentionDays: 7,
      noticeRetentionDays: 90,
      auditRetentionDays: 2_190,
      auditArchiveDir: undefined,
      auditSigningKeyFile: undefined,
      auditAnchors: { file: undefined, url: undefined, log: true },
      metricsToken: undefined,
      logLevel: 'info',
      production: false,
    });
  });

  it('takes an empty variable for an unset one', () => {
    expect(load({ PORT: '', DATABASE_URL: '', ALLOWED_ORIGINS: '' })).toMatchObject({
      port: 8000,
      databaseUrl: undefined,
      allowedOrigins: null,
    });
  });

  it('generates secrets once, readable by their owner only', () => {
    const first = load();
    const second = load();
    expect(second.jwtSecret).toBe(first.jwtSecret);
    expect(second.superAdmin).toEqual(first.superAdmin);
    expect(Buffer.byteLength(first.jwtSecret)).toBeGreaterThanOrEqual(32);
    expect(first.superAdmin.password).toMatch(/^(\w{4}-){3}\w{4}$/);
    expect(readdirSync(dataDir).sort()).toEqual(['jwt-secret', 'super-admin-password']);
    for (const name of readdirSync(dataDir)) {
      expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('writes nothing when everything secret is given', () => {
    load({ JWT_SECRET: SECRET, SUPER_ADMIN_EMAIL: 'A@clinic.example', SUPER_ADMIN_PASSWORD: SECRET });
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('refuses production without its secrets, naming all that are missing', () => {
    expect(failure({ NODE_ENV: 'production', SUPER_ADMIN_EMAIL: 'a@clinic.example' })).toBe(
      'Wrong configuration: set JWT_SECRET, SUPER_ADMIN_PASSWORD, required in production',
    );
  });

  it('names every wrong variable at once', () => {
    expect(failure({ PORT: '65536', LOG_LEVEL: 'loud', DEMO: 'maybe' })).toBe(
      'Wrong configuration: PORT must be a whole number from 0 to 65535; DEMO must be true or false; ' +
        'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent',
    );
  });

  it.each([
    ['PORT', '80.5'],
    ['PORT', '-1'],
    ['HOST', 'two words'],
    ['DATABASE_URL', 'mysql://user:canary@host/db'],
    ['DATABASE_URL', 'postgresql://user:canary@host'],
    ['DATABASE_URL', 'canary'],
    ['JWT_SECRET', 'canary'],
    ['JWT_JWKS_URL', 'file:///canary'],
    ['SUPER_ADMIN_EMAIL', 'canary'],
    ['SUPER_ADMIN_PASSWORD', 'canary'],
    ['MAX_WEBSOCKET_CONNECTIONS_PER_TENANT', 'canary'],
    ['WEBSOCKET_HEARTBEAT_INTERVAL', '0'],
    ['ALLOWED_ORIGINS', 'https://clinic.example/canary'],
    ['ALLOWED_ORIGINS', '*'],
    ['REDIS_URL', 'canary:6379'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', 'canary'],
    ['EVENT_RETENTION_DAYS', '0'],
    ['NOTICE_RETENTION_DAYS', '0'],
    ['AUDIT_RETENTION_DAYS', '0'],
    ['AUDIT_ANCHOR_URL', 'ftp://canary'],
    ['AUDIT_ANCHOR_LOG', 'canary'],
    ['METRICS_TOKEN', 'can ary'],
    ['WEBHOOK_ALLOWED_NETWORKS', 'canary'],
    ['APP_API_TOKEN', 'can ary'],
    ['DAPR_SUBSCRIPTIONS', 'canary'],
    ['DAPR_SUBSCRIPTIONS', '@/canary'],
    ['DAPR_SUBSCRIPTIONS', '[{"pubsubname": "canary", "topic": "t", "type": "e"}]'],
    ['DAPR_SUBSCRIPTIONS', '[{"pubsubname": "p", "topic": "t", "tenant": "canary", "type": "e"}]'],
    ['DAPR_SUBSCRIPTIONS', '[{"pubsubname": "p", "topic": "t", "tenant": "/t", "type": "patient_created"}]'],
  ])('refuses a wrong %s in one line without its value', (name, value) => {
    const message = failure({ [name]: value });
    expect(message).toContain(`${name} must be`);
    expect(message).not.toMatch(/canary|\n/);
  });

  it('takes an identity provider only with issuer and audience, and in production only by https', () => {
    const provider = { JWT_JWKS_URL: 'http://canary.example/keys' };
    expect(failure(provider)).toBe(
      'Wrong configuration: set JWT_ISSUER, JWT_AUDIENCE, required with JWT_JWKS_URL',
    );
    const named = { ...provider, JWT_ISSUER: 'https://idp.example', JWT_AUDIENCE: 'wardbell' };
    expect(failure({ ...provider, JWT_ISSUER: named.JWT_ISSUER })).toContain('set JWT_AUDIENCE,');
    expect(load(named).identityProvider).toEqual({
      jwksUrl: provider.JWT_JWKS_URL,
      issuer: 'https://idp.example',
      audience: 'wardbell',
      roleClaim: 'role',
      tenantClaim: 'tenant_id',
      allowSuperAdmin: false,
    });
    const production = {
      NODE_ENV: 'production',
      JWT_SECRET: SECRET,
      SUPER_ADMIN_EMAIL: 'a@clinic.example',
      SUPER_ADMIN_PASSWORD: SECRET,
    };
    expect(failure({ ...production, ...named })).toBe(
      'Wrong configuration: JWT_JWKS_URL must be an https URL in production',
    );
    const secure = {
      ...named,
      JWT_JWKS_URL: 'https://idp.example/keys',
      JWT_ROLE_CLAIM: 'realm_access.role',
    };
    expect(load({ ...production, ...secure }).identityProvider?.roleClaim).toBe('realm_access.role');
    expect(failure({ JWT_ROLE_CLAIM: 'a..b' })).toContain('JWT_ROLE_CLAIM must be');
  });

  it('takes the embedded database only where no database is named', () => {
    const url = 'postgresql://a:b@host/db';
    expect(load().isDatabaseEmbedded).toBe(true);
    for (const name of ['DATABASE_URL', 'APP_DATABASE_URL', 'AUTH_DATABASE_URL', 'RELAY_DATABASE_URL'])
      expect(load({ [name]: url }).isDatabaseEmbedded).toBe(false);
    expect(failure({ LISTEN_DATABASE_URL: url })).toContain('RELAY_DATABASE_URL must be set too');
  });

  it('normalises origins and reads lists', () => {
    const config = load({
      ALLOWED_ORIGINS: 'https://Clinic.example/, http://localhost:3000',
      TRUSTED_PROXIES: '10.0.0.0/8, ::1',
    });
    expect(config.allowedOrigins).toEqual(['https://clinic.example', 'http://localhost:3000']);
    expect(config.trustedProxies).toEqual(['10.0.0.0/8', '::1']);
  });

  it('reads subscriptions from a file, and in production not without the token of the sidecar', () => {
    const subscription = { pubsubname: 'p', topic: 't', tenant: '/data/tenant_id', type: 'task_update' };
    const file = join(dataDir, 'subscriptions.json');
    writeFileSync(file, JSON.stringify([subscription]));
    expect(load({ DAPR_SUBSCRIPTIONS: `@${file}` }).daprSubscriptions).toEqual([subscription]);
    expect(
      failure({
        NODE_ENV: 'production',
        JWT_SECRET: SECRET,
        SUPER_ADMIN_EMAIL: 'a@clinic.example',
        SUPER_ADMIN_PASSWORD: SECRET,
        DAPR_SUBSCRIPTIONS: `@${file}`,
      }),
    ).toBe('Wrong configuration: set APP_API_TOKEN, required in production with DAPR_SUBSCRIPTIONS');
  });

  it('says what is wrong with a data directory that cannot be used', () => {
    const file = join(dataDir, 'file');
    writeFileSync(file, '');
    expect(failure({ DATA_DIR: join(file, 'below') })).toMatch(/^DATA_DIR must be a folder .*ENOTDIR/);
  });

  it('refuses a secret file that was emptied instead of signing with nothing', () => {
    writeFileSync(join(dataDir, 'jwt-secret'), '\n');
    expect(failure({})).toContain('empty file jwt-secret');
  });

  it('has every variable in .env.example, with a value that is accepted', () => {
    const example = Object.fromEntries(
      readFileSync('.env.example', 'utf8')
        .split('\n')
        .filter((text) => /^[A-Z_]+=/.test(text))
        .map((text) => text.split(/=(.*)/).slice(0, 2)),
    );
    expect(Object.keys(example).sort()).toEqual(
      Object.keys(Environment.shape)
        .filter((name) => name !== 'NODE_ENV')
        .sort(),
    );
    expect(loadConfig({ ...example, DATA_DIR: dataDir })).toEqual(load());
  });
});
