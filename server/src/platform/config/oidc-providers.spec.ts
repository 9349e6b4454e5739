import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from './config.js';
import { ConfigError } from './start-error.js';

const TENANT = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
const PROVIDER = {
  slug: 'keycloak',
  name: 'Hospital',
  issuer: 'https://sso.example/realms/staff',
  client_id: 'wardbell',
  tenant_id: TENANT,
  role_claim: 'realm_access.roles',
};

describe('OIDC_PROVIDERS', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'wardbell-oidc-'));
    writeFileSync(join(folder, 'secret'), ' s3cret-canary\n');
    writeFileSync(join(folder, 'empty'), '\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const load = (value: unknown, env: NodeJS.ProcessEnv = {}) =>
    loadConfig({
      DATA_DIR: folder,
      OIDC_PROVIDERS: typeof value === 'string' ? value : JSON.stringify(value),
      ...env,
    }).oidcProviders;
  const failure = (value: unknown, env: NodeJS.ProcessEnv = {}): string => {
    try {
      load(value, env);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    throw new Error('the configuration was accepted');
  };

  it('are read from the variable or from a file, with the secret from a file of its own', () => {
    const entry = {
      ...PROVIDER,
      client_secret_file: join(folder, 'secret'),
      role_map: { nurse: 'clinician' },
      scopes: 'profile groups',
    };
    const file = join(folder, 'providers.json');
    writeFileSync(file, JSON.stringify([entry]));
    const expected = [
      {
        slug: 'keycloak',
        name: 'Hospital',
        issuer: PROVIDER.issuer,
        clientId: 'wardbell',
        clientSecret: 's3cret-canary',
        clientAuthentication: 'client_secret_basic',
        scopes: 'openid profile groups',
        tenant: { id: TENANT },
        roleClaim: 'realm_access.roles',
        roleMap: new Map([['nurse', 'clinician']]),
        allowSuperAdmin: false,
      },
    ];
    expect(load([entry])).toEqual(expected);
    expect(load(`@${file}`)).toEqual(expected);
    expect(load('')).toEqual([]);
    expect(load([{ ...PROVIDER, issuer: 'http://127.0.0.1:9000' }])).toHaveLength(1);
  });

  it.each([
    ['a field that is not known', { client_secret: 'canary' }, '[0] has an unknown field: client_secret'],
    ['no slug', { slug: undefined }, '[0].slug must be'],
    ['the slug of another URL', { slug: 'callback' }, '[0].slug must be'],
    ['http to another machine', { issuer: 'http://canary.example' }, '[0].issuer must be an https URL'],
    ['a query in the issuer', { issuer: 'https://x.example/?canary' }, '[0].issuer must be an https URL'],
    ['no role claim', { role_claim: undefined }, '[0].role_claim must be the name of a claim'],
    ['a role that is not known', { role_map: { x: 'canary' } }, '[0].role_map must be an object'],
    ['two tenants', { tenant_claim: 'x' }, '[0] must have tenant_id or tenant_claim, not both'],
    ['no tenant', { tenant_id: undefined }, '[0] must have tenant_id or tenant_claim'],
    ['a tenant that is no id', { tenant_id: 'canary' }, '[0].tenant_id must be the id of a tenant'],
    ['no file of the secret', { client_secret_file: '/canary' }, '[0].client_secret_file must be the path'],
  ])('with %s are refused by the name of the field, never its value', (_, wrong, expected) => {
    const message = failure([{ ...PROVIDER, ...wrong }]);
    expect(message).toContain(`OIDC_PROVIDERS${expected}`);
    expect(message).not.toContain('canary');
  });

  it('that are no list, have a slug twice or an empty secret are refused', () => {
    expect(failure('{')).toContain('OIDC_PROVIDERS must be a JSON array');
    expect(failure({})).toContain('OIDC_PROVIDERS must be a JSON array');
    expect(failure([1])).toContain('OIDC_PROVIDERS[0] must be an object');
    expect(failure([PROVIDER, PROVIDER])).toContain('OIDC_PROVIDERS[1].slug is the slug of an earlier');
    const empty = { ...PROVIDER, client_secret_file: join(folder, 'empty') };
    expect(failure([empty])).toContain('OIDC_PROVIDERS[0].client_secret_file must be');
  });

  it('need https and PUBLIC_URL in production', () => {
    const production = {
      NODE_ENV: 'production',
      JWT_SECRET: 'a secret of the test run that is long enough',
      SUPER_ADMIN_EMAIL: 'root@wardbell.test',
      SUPER_ADMIN_PASSWORD: 'the password of the test run',
    };
    expect(failure([PROVIDER], production)).toContain('set PUBLIC_URL');
    const env = { ...production, PUBLIC_URL: 'https://clinic.example' };
    expect(load([PROVIDER], env)).toHaveLength(1);
    const local = { ...PROVIDER, issuer: 'http://localhost:9000' };
    expect(failure([local], env)).toContain('OIDC_PROVIDERS[0].issuer must be an https URL in production');
  });
});
