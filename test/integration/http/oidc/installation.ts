import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { TokenAnswer } from '@wardbell/contract';
import { database, instances, server, useServer } from '../../../support/fixture.js';
import { freePort } from '../../../support/free-port.js';
import { OidcTestProvider, Visitor } from '../../../support/oidc-provider.js';
import { type Clinic, createClinic } from '../harness.js';

/** Where browsers find the servers, as behind a load balancer. */
export const PUBLIC_URL = 'http://clinic.example';
export const CALLBACK = `${PUBLIC_URL}/api/v1/auth/oidc/callback`;
export const SECRET = 'a secret & of: the client+%';
export const REVOKED = { code: 4403, reason: 'Access revoked' };
/** Of the provider `fixed`, which has all of its people in one tenant. */
export const FIXED_TENANT = randomUUID();
const ROLE_MAP = { nurses: 'clinician', desk: 'front_desk', bosses: 'tenant_admin', gods: 'super_admin' };
const secretFile = join(tmpdir(), `wardbell-oidc-${randomUUID()}`);

/** Of the real provider, and of one that does not answer unless a test listens there. */
export const ports: { provider: number; silent: number } = { provider: 0, silent: 0 };
export let provider: OidcTestProvider;
/** Whose people sign in at the provider `hospital`. */
export let clinic: Clinic;

export const entry = (slug: string, more: object = {}) => ({
  slug,
  name: `Provider ${slug}`,
  issuer: `http://127.0.0.1:${ports.provider}`,
  client_id: slug,
  client_secret_file: secretFile,
  tenant_claim: 'clinic',
  role_claim: 'realm_access.roles',
  role_map: ROLE_MAP,
  ...more,
});

/** Two servers of an installation, and a real provider that knows them as `hospital` and `fixed`. */
export function useOidcProvider(): void {
  useServer({
    instances: 2,
    env: async () => {
      writeFileSync(secretFile, `${SECRET}\n`, { mode: 0o600 });
      ports.provider = await freePort();
      ports.silent = await freePort();
      const fixed = {
        tenant_claim: undefined,
        tenant_id: FIXED_TENANT,
        role_claim: 'role',
        role_map: undefined,
        client_secret_file: undefined,
        allow_super_admin: true,
      };
      return {
        PUBLIC_URL,
        TRUSTED_PROXIES: '127.0.0.1',
        OIDC_PROVIDERS: JSON.stringify([
          entry('hospital'),
          entry('fixed', fixed),
          entry('away', { issuer: `http://127.0.0.1:${ports.silent}` }),
        ]),
      };
    },
  });

  beforeAll(async () => {
    clinic = await createClinic();
    await database.query(`INSERT INTO wardbell.tenant (id, name, slug) VALUES ($1, 'fixed', 'fixed')`, [
      FIXED_TENANT,
    ]);
    const logoutAt = (slug: string) => ({
      backchannel_logout_uri: `${instances[1]?.url}/api/v1/auth/oidc/${slug}/backchannel-logout`,
      backchannel_logout_session_required: true,
    });
    provider = await OidcTestProvider.start({
      port: ports.provider,
      claims: ['clinic', 'realm_access', 'role'],
      clients: [
        {
          client_id: 'hospital',
          client_secret: SECRET,
          redirect_uris: [CALLBACK],
          require_auth_time: true,
          ...logoutAt('hospital'),
        },
        {
          client_id: 'fixed',
          token_endpoint_auth_method: 'none',
          redirect_uris: [CALLBACK],
          ...logoutAt('fixed'),
        },
      ],
    });
  });
  afterAll(async () => {
    await provider?.stop();
    rmSync(secretFile, { force: true });
  });
}

/** A browser whose requests to the console reach one of the servers. */
export const visitorAt = (at = server, headers: Record<string, string> = {}) =>
  new Visitor({ [PUBLIC_URL]: at.url }, headers);
export const startUrl = (slug: string, query = '') => `${PUBLIC_URL}/api/v1/auth/oidc/${slug}${query}`;
export const isCallback = ({ pathname }: URL) => pathname.endsWith('/auth/oidc/callback');
export const isConsole = ({ origin, pathname }: URL) =>
  origin === PUBLIC_URL && !pathname.startsWith('/api/');

/** A new person of the clinic with these claims besides. */
export const newPerson = async (claims: object = {}): Promise<string> => {
  const name = `person-${randomUUID()}`;
  await provider.describe(name, {
    name: 'Nora Nurse',
    email: 'nora@clinic.example',
    clinic: clinic.id,
    realm_access: { roles: ['nurses'] },
    ...claims,
  });
  return name;
};
/** Goes through the login page of the provider. */
export const logIn = async (
  visitor: Visitor,
  person: string,
  { slug = 'hospital', query = '', until = isConsole } = {},
): Promise<URL> => {
  const page = await visitor.visit(startUrl(slug, query), until);
  return until(page.url) ? page.url : (await visitor.submit(page, { login: person }, until)).url;
};
export const errorOf = (url: URL) => url.searchParams.get('oidc_error');
export const refreshTokenOf = (visitor: Visitor) => visitor.cookies.get(PUBLIC_URL)?.get('wardbell_refresh');
export const refresh = async (visitor: Visitor): Promise<{ status: number; token: string; id: string }> => {
  const response = await visitor.request(`${PUBLIC_URL}/api/v1/auth/refresh`, { method: 'POST' });
  const answer = TokenAnswer.safeParse(await response.json()).data;
  return { status: response.status, token: answer?.access_token ?? '', id: answer?.user.id ?? '' };
};
/** Signs a person in, and answers the browser with an access token. */
export const signIn = async (person: string, { slug = 'hospital', at = server } = {}) => {
  const visitor = visitorAt(at);
  const url = await logIn(visitor, person, { slug });
  expect([errorOf(url), url.searchParams.get('signed_in')]).toEqual([null, slug]);
  const { status, token } = await refresh(visitor);
  expect(status).toBe(200);
  return { visitor, token, id: `oidc:${slug}:${person}` };
};
export const actionsOf = (tenantId: string, actorId: string) =>
  database.query(
    `SELECT action, object_type, details FROM wardbell.audit WHERE scope = $1 AND actor_id = $2 ORDER BY seq`,
    [tenantId, actorId],
  );
