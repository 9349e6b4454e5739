import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { api, TokenAnswer } from '@wardbell/contract';
import { generateKeyPair, type JWTPayload } from 'jose';
import { database, instances, server, startAnother, useServer } from '../../support/fixture.js';
import { freePort } from '../../support/free-port.js';
import { LOGOUT_EVENT, OidcTestProvider, type Page, Visitor } from '../../support/oidc-provider.js';
import { connect } from '../../support/socket.js';
import { eventually, expectWithin } from '../../support/wait.js';
import { ask, type Clinic, createClinic, everyPage, fail, succeed, superAdmin } from './harness.js';

/** Where browsers find the servers, as behind a load balancer. */
const PUBLIC_URL = 'http://clinic.example';
const CALLBACK = `${PUBLIC_URL}/api/v1/auth/oidc/callback`;
const SECRET = 'a secret & of: the client+%';
const REVOKED = { code: 4403, reason: 'Access revoked' };
/** Of the provider `fixed`, which has all of its people in one tenant. */
const FIXED_TENANT = randomUUID();
const ROLE_MAP = { nurses: 'clinician', desk: 'front_desk', bosses: 'tenant_admin', gods: 'super_admin' };

describe('Sign-in at an OpenID provider', () => {
  let provider: OidcTestProvider;
  let clinic: Clinic;
  const ports: { provider: number; silent: number } = { provider: 0, silent: 0 };
  const secretFile = join(tmpdir(), `wardbell-oidc-${randomUUID()}`);

  const entry = (slug: string, more: object = {}) => ({
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
  afterAll(() => provider?.stop());

  /** A browser whose requests to the console reach one of the servers. */
  const visitorAt = (at = server, headers: Record<string, string> = {}) =>
    new Visitor({ [PUBLIC_URL]: at.url }, headers);
  const startUrl = (slug: string, query = '') => `${PUBLIC_URL}/api/v1/auth/oidc/${slug}${query}`;
  const isCallback = ({ pathname }: URL) => pathname.endsWith('/auth/oidc/callback');
  const isConsole = ({ origin, pathname }: URL) => origin === PUBLIC_URL && !pathname.startsWith('/api/');

  /** A new person of the clinic with these claims besides. */
  const newPerson = async (claims: object = {}): Promise<string> => {
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
  const logIn = async (
    visitor: Visitor,
    person: string,
    { slug = 'hospital', query = '', until = isConsole } = {},
  ): Promise<URL> => {
    const page = await visitor.visit(startUrl(slug, query), until);
    return until(page.url) ? page.url : (await visitor.submit(page, { login: person }, until)).url;
  };
  const errorOf = (url: URL) => url.searchParams.get('oidc_error');
  const refreshTokenOf = (visitor: Visitor) => visitor.cookies.get(PUBLIC_URL)?.get('wardbell_refresh');
  const refresh = async (visitor: Visitor): Promise<{ status: number; token: string; id: string }> => {
    const response = await visitor.request(`${PUBLIC_URL}/api/v1/auth/refresh`, { method: 'POST' });
    const answer = TokenAnswer.safeParse(await response.json()).data;
    return { status: response.status, token: answer?.access_token ?? '', id: answer?.user.id ?? '' };
  };
  /** Signs a person in, and answers the browser with an access token. */
  const signIn = async (person: string, { slug = 'hospital', at = server } = {}) => {
    const visitor = visitorAt(at);
    const url = await logIn(visitor, person, { slug });
    expect([errorOf(url), url.searchParams.get('signed_in')]).toEqual([null, slug]);
    const { status, token } = await refresh(visitor);
    expect(status).toBe(200);
    return { visitor, token, id: `oidc:${slug}:${person}` };
  };
  const actionsOf = (tenantId: string, actorId: string) =>
    database.query(
      `SELECT action, object_type, details FROM wardbell.audit WHERE scope = $1 AND actor_id = $2 ORDER BY seq`,
      [tenantId, actorId],
    );

  it('is offered by name, without what only the server needs to know', async () => {
    expect(await succeed(api.auth.oidcProviders)).toEqual({
      data: ['hospital', 'fixed', 'away'].map((slug) => ({
        slug,
        name: `Provider ${slug}`,
        url: `/api/v1/auth/oidc/${slug}`,
      })),
    });
  });

  it('opens a session of ours: refresh, the own account, the list of sessions and the sign-out work', async () => {
    const person = await newPerson();
    const visitor = visitorAt(server, { 'user-agent': 'Testfox' });
    const url = await logIn(visitor, person, { query: '?return_to=%2Fpatients%2F%3Ftab%3D2' });
    expect(url.href).toBe(`${PUBLIC_URL}/patients/?tab=2&signed_in=hospital`);
    const { token, id } = await refresh(visitor);
    expect(id).toBe(`oidc:hospital:${person}`);

    for (const at of instances)
      expect(await succeed(api.auth.me, { at, token })).toEqual({
        id,
        tenant_id: clinic.id,
        role: 'clinician',
        email: 'nora@clinic.example',
        name: 'Nora Nurse',
        tenant: expect.objectContaining({ id: clinic.id }),
        factors: null,
        has_pin: null,
        idle_minutes: 30,
        input_key: expect.stringMatching(/^[\w-]{43}$/),
        oidc: { slug: 'hospital' },
      });
    const other = await signIn(person);
    const { data } = await succeed(api.auth.sessions, { token });
    expect(data.map(({ client, current }) => [client, current])).toEqual([
      ['node', false],
      ['Testfox', true],
    ]);
    expect((await ask(api.auth.endOtherSessions, { token })).status).toBe(204);
    expect((await refresh(other.visitor)).status).toBe(401);
    expect(await fail(api.auth.me, { token: other.token })).toEqual([401, 'access_revoked']);

    const again = await refresh(visitor);
    await visitor.request(`${PUBLIC_URL}/api/v1/auth/logout`, { method: 'POST' });
    expect(await fail(api.auth.me, { token: again.token })).toEqual([401, 'access_revoked']);
    expect((await refresh(visitor)).status).toBe(401);
    expect(await actionsOf(clinic.id, id)).toEqual([
      { action: 'auth.login', object_type: 'session', details: { provider: 'hospital' } },
      { action: 'auth.login', object_type: 'session', details: { provider: 'hospital' } },
      { action: 'auth.sessions_ended', object_type: 'user', details: null },
      { action: 'auth.logout', object_type: 'session', details: null },
    ]);
  });

  it('ends a session whose refresh token is used twice', async () => {
    const { visitor } = await signIn(await newPerson());
    const stolen = refreshTokenOf(visitor);
    const { token } = await refresh(visitor);
    const thief = await fetch(`${server.url}/api/v1/auth/refresh`, {
      method: 'POST',
      headers: { cookie: `wardbell_refresh=${stolen}` },
    });
    expect(thief.status).toBe(401);
    expect((await refresh(visitor)).status).toBe(401);
    expect(await fail(api.auth.me, { token })).toEqual([401, 'access_revoked']);
  });

  it('asks for a code with PKCE, state and nonce, and binds it to the browser', async () => {
    const visitor = visitorAt();
    await visitor.visit(startUrl('hospital'), ({ port }) => port === String(ports.provider));
    const asked = Object.fromEntries(new URL(visitor.trail[0] ?? '').searchParams);
    expect(asked).toMatchObject({
      response_type: 'code',
      client_id: 'hospital',
      redirect_uri: CALLBACK,
      code_challenge_method: 'S256',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked[name]).toMatch(/^[\w-]{43}$/);
    expect(new Set([asked['state'], asked['nonce'], asked['code_challenge']]).size).toBe(3);
    const [set = ''] = visitor.setCookies;
    expect(set).toMatch(/^wardbell_oidc=/);
    for (const attribute of ['HttpOnly', 'SameSite=Lax', 'Max-Age=600'])
      expect(set.split('; ')).toContain(attribute);
  });

  it('has cookies of this host alone over https: one that a sibling host has planted does not count', async () => {
    const person = await newPerson();
    const tls = { 'x-forwarded-proto': 'https' };
    const visitor = visitorAt(server, tls);
    await logIn(visitor, person, { until: isCallback });
    expect(visitor.setCookies[0]).toMatch(/^__Host-wardbell_oidc=[^;]+; .*Secure/);
    const own = visitor.cookies.get(PUBLIC_URL)?.get('__Host-wardbell_oidc') ?? '';
    const victim = visitorAt(server, tls);
    victim.cookies.set(PUBLIC_URL, new Map([['wardbell_oidc', own]]));
    const planted = await victim.visit(visitor.trail.at(-1) ?? '', isConsole);
    expect(errorOf(planted.url)).toBe('failed');
    expect(victim.setCookies.join()).not.toContain('wardbell_refresh=');

    expect(errorOf((await visitor.visit(visitor.trail.at(-1) ?? '', isConsole)).url)).toBe(null);
    expect(visitor.setCookies.join('\n')).toMatch(/^__Host-wardbell_refresh=[^;]+; .*SameSite=Strict/m);
  });

  it('may be completed by another instance than the one that began it, and in two tabs at once', async () => {
    const person = await newPerson();
    const visitor = visitorAt(instances[0]);
    const first = await visitor.visit(startUrl('hospital'), isConsole);
    const second = await visitor.visit(startUrl('hospital'), isConsole);
    const elsewhere = visitorAt(instances[1]);
    for (const [origin, jar] of visitor.cookies) elsewhere.cookies.set(origin, jar);
    for (const page of [second, first] as Page[])
      expect(errorOf((await elsewhere.submit(page, { login: person }, isConsole)).url)).toBe(null);
  });

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/a/..//evil.example',
    '/api/v1/auth/oidc/hospital',
  ])('comes back to the console, wherever a link wants: %s', async (target) => {
    const query = `?return_to=${encodeURIComponent(target)}`;
    const url = await logIn(visitorAt(), await newPerson(), { query });
    expect(url.href).toBe(`${PUBLIC_URL}/?signed_in=hospital`);
    const failed = await visitorAt().visit(startUrl('away', query), isConsole);
    expect(failed.url.href).toBe(`${PUBLIC_URL}/?oidc_error=unavailable`);
  });

  describe('is refused', () => {
    const complete = async (visitor: Visitor, tamper: (url: URL) => void) => {
      const url = new URL(visitor.trail.at(-1) ?? '');
      expect(isCallback(url)).toBe(true);
      tamper(url);
      return errorOf((await visitor.visit(url, isConsole)).url);
    };
    /** Begins with a changed question to the provider, and comes back with its answer. */
    const answerTo = async (tamper: (url: URL) => void): Promise<Visitor> => {
      const visitor = visitorAt();
      await visitor.visit(startUrl('hospital'), ({ port }) => port === String(ports.provider));
      const asked = new URL(visitor.trail.at(-1) ?? '');
      tamper(asked);
      const page = await visitor.visit(asked);
      await visitor.submit(page, { login: await newPerson() }, isCallback);
      return visitor;
    };
    const untampered = () => undefined;

    it('not when nothing was changed on the way', async () => {
      expect(await complete(await answerTo(untampered), untampered)).toBe(null);
    });

    it.each([
      ['another state', (url: URL) => url.searchParams.set('state', 'a'.repeat(43))],
      ['no state', (url: URL) => url.searchParams.delete('state')],
      ['another code', (url: URL) => url.searchParams.set('code', 'x')],
      ['no code', (url: URL) => url.searchParams.delete('code')],
      ['another issuer', (url: URL) => url.searchParams.set('iss', 'https://other.example')],
      ['no issuer, though the provider sends one', (url: URL) => url.searchParams.delete('iss')],
    ])('with an answer with %s', async (_, tamper) => {
      const visitor = await answerTo(untampered);
      expect(await complete(visitor, tamper)).toBe('failed');
      expect(refreshTokenOf(visitor)).toBe(undefined);
    });

    it.each([
      ['nonce', 'n'.repeat(43)],
      ['code_challenge', 'c'.repeat(43)],
    ])('with an answer to a question with another %s', async (name, value) => {
      const visitor = await answerTo((url) => url.searchParams.set(name, value));
      expect(await complete(visitor, untampered)).toBe('failed');
      expect(refreshTokenOf(visitor)).toBe(undefined);
    });

    it('in another browser than the one that began it', async () => {
      const visitor = await answerTo(untampered);
      const stranger = visitorAt();
      const answer = visitor.trail.at(-1) ?? '';
      expect(errorOf((await stranger.visit(answer, isConsole)).url)).toBe('failed');
      // nor in one that has begun a sign-in of its own
      await stranger.visit(startUrl('hospital'), ({ port }) => port === String(ports.provider));
      expect(errorOf((await stranger.visit(answer, isConsole)).url)).toBe('failed');
      expect(refreshTokenOf(stranger)).toBe(undefined);
    });

    it('with a cookie that this installation has not made', async () => {
      const visitor = await answerTo(untampered);
      const jar = visitor.cookies.get(PUBLIC_URL);
      const [payload = '', signature = ''] = (jar?.get('wardbell_oidc') ?? '').split('.');
      const begun = JSON.parse(Buffer.from(payload, 'base64url').toString());
      const forged = Buffer.from(JSON.stringify({ ...begun, returnPath: '//evil.example' }));
      jar?.set('wardbell_oidc', `${forged.toString('base64url')}.${signature}`);
      const { url } = await visitor.visit(visitor.trail.at(-1) ?? '', isConsole);
      expect(url.href).toBe(`${PUBLIC_URL}/?oidc_error=failed`);
    });

    it('a second time with the same answer, also with the cookies of the first time', async () => {
      const visitor = await answerTo(untampered);
      const before = new Map(visitor.cookies.get(PUBLIC_URL));
      const answer = visitor.trail.at(-1) ?? '';
      expect(errorOf((await visitor.visit(answer, isConsole)).url)).toBe(null);
      expect(errorOf((await visitor.visit(answer, isConsole)).url)).toBe('failed');
      visitor.cookies.set(PUBLIC_URL, before);
      expect(errorOf((await visitor.visit(answer, isConsole)).url)).toBe('failed');
    });

    it('when the person refuses at the provider', async () => {
      const visitor = visitorAt();
      const page = await visitor.visit(startUrl('hospital'), isConsole);
      const { url } = await visitor.submit(page, { cancel: 'yes' }, isConsole);
      expect(errorOf(url)).toBe('denied');
    });

    it('by a provider that is not there', async () => {
      expect((await visitorAt().visit(startUrl('unknown'))).status).toBe(404);
      expect((await visitorAt().visit(startUrl('callback'), isConsole)).url.search).toBe(
        '?oidc_error=failed',
      );
    });

    it('in the audit log of the clinic or the installation, without the person’s words', async () => {
      await logIn(visitorAt(), await newPerson({ realm_access: { roles: ['zyxcanary'] } }));
      const query = { action: 'auth.failed' };
      await eventually(async () => {
        const rows = await everyPage(api.audit.list, { token: await superAdmin(), query });
        return rows.some(
          ({ actor_id, details }) =>
            actor_id === null && details?.['code'] === 'oidc_no_role' && details['provider'] === 'hospital',
        );
      });
      expect(instances.map((each) => each.output()).join()).not.toContain('zyxcanary');
    });
  });

  describe('gives the role and the tenant', () => {
    const outcome = async (claims: object, slug = 'hospital') => {
      const visitor = visitorAt();
      const url = await logIn(visitor, await newPerson(claims), { slug });
      if (errorOf(url) !== null) return errorOf(url);
      const { role, tenant_id } = await succeed(api.auth.me, { token: (await refresh(visitor)).token });
      return [role, tenant_id];
    };
    const roles = (...names: unknown[]) => ({ realm_access: { roles: names } });

    it('that the map names, the highest of several, in an array or alone', async () => {
      expect(await outcome(roles('desk'))).toEqual(['front_desk', clinic.id]);
      expect(await outcome(roles('offline_access', 'desk', 'bosses', 'nurses'))).toEqual([
        'tenant_admin',
        clinic.id,
      ]);
      expect(await outcome({ realm_access: { roles: 'nurses' } })).toEqual(['clinician', clinic.id]);
      expect(await outcome({ clinic: [clinic.id.toUpperCase()] })).toEqual(['clinician', clinic.id]);
    });

    it.each([
      ['no role', { realm_access: undefined }, 'no_role'],
      ['a role that the map does not name', roles('janitor'), 'no_role'],
      ['a role of ours, past the map', roles('clinician'), 'no_role'],
      ['a name that every object has', roles('constructor', '__proto__', 'toString'), 'no_role'],
      ['roles that are no text', roles(1, null, {}), 'no_role'],
      ['the role of a super admin', roles('gods'), 'super_admin_not_allowed'],
      ['it besides another one', roles('nurses', 'gods'), 'super_admin_not_allowed'],
      ['no tenant', { clinic: undefined }, 'no_tenant'],
      ['a tenant that does not exist', { clinic: randomUUID() }, 'no_tenant'],
      ['a tenant that is no id', { clinic: 'x' }, 'no_tenant'],
      ['two tenants', { clinic: [randomUUID(), randomUUID()] }, 'no_tenant'],
    ])('to nobody with %s', async (_, claims, code) => {
      expect(await outcome(claims)).toBe(code);
    });

    it('that the configuration fixes, and super admins where it allows them', async () => {
      expect(await outcome({ role: 'clinician' }, 'fixed')).toEqual(['clinician', FIXED_TENANT]);
      expect(await outcome({ role: 'super_admin' }, 'fixed')).toEqual(['super_admin', null]);
      expect(await outcome({ role: 'nurses' }, 'fixed')).toBe('no_role');
    });

    it('to nobody of a clinic that is suspended', async () => {
      const suspended = await createClinic();
      await database.query(`UPDATE wardbell.tenant SET status = 'suspended' WHERE id = $1`, [suspended.id]);
      expect(await outcome({ clinic: suspended.id })).toBe('tenant_suspended');
    });

    it('that only the userinfo endpoint names', async () => {
      const port = await freePort();
      const other = await OidcTestProvider.start({
        port,
        claims: ['clinic', 'realm_access'],
        inUserInfo: true,
        clients: [{ client_id: 'hospital', client_secret: SECRET, redirect_uris: [CALLBACK] }],
      });
      try {
        await other.describe('ursula', { clinic: clinic.id, realm_access: { roles: ['desk'] } });
        const OIDC_PROVIDERS = JSON.stringify([entry('hospital', { issuer: other.issuer })]);
        const visitor = visitorAt(await startAnother({ OIDC_PROVIDERS }));
        expect(errorOf(await logIn(visitor, 'ursula'))).toBe(null);
        const { token } = await refresh(visitor);
        expect(await succeed(api.auth.me, { token })).toMatchObject({ role: 'front_desk' });
      } finally {
        await other.stop();
      }
    });
  });

  describe('keeps to what administrators decide', () => {
    it.each([
      ['the id', (person: string) => `oidc:hospital:${person}`],
      ['the subject at the provider', (person: string) => person],
    ])('blocked by %s, a person is out within a second and cannot come in', async (_, subOf) => {
      const person = await newPerson();
      const sub = subOf(person);
      const { visitor, token, id } = await signIn(person);
      const socket = await connect(instances[1]?.wsUrl ?? '', { token });
      const listed = () => everyPage(api.externalUsers.list, { token: clinic.admin });
      await eventually(async () =>
        (await listed()).some((row) => row.sub === id && row.role === 'clinician'),
      );
      expect((await ask(api.externalUsers.block, { token: clinic.admin, sub })).status).toBe(204);
      expect(await socket.closed()).toEqual(REVOKED);
      expect(await fail(api.auth.me, { token })).toEqual([401, 'access_revoked']);
      expect((await refresh(visitor)).status).toBe(401);
      expect(errorOf(await logIn(visitor, person))).toBe('blocked');
      const query = { action: 'auth.failed' };
      await eventually(async () => {
        const failed = await everyPage(api.audit.list, { token: clinic.admin, query });
        return failed.some(
          ({ object_id, details }) => object_id === id && details?.['code'] === 'oidc_blocked',
        );
      });

      expect((await ask(api.externalUsers.unblock, { token: clinic.admin, sub })).status).toBe(204);
      // the session of before stays ended
      expect(await fail(api.auth.me, { token })).toEqual([401, 'access_revoked']);
      expect(errorOf(await logIn(visitor, person))).toBe(null);
    });

    it('sessions have the limits of the clinic’s policy, and the oldest ends beyond their number', async () => {
      const strict = await createClinic();
      const policy = { idle_minutes: 7, absolute_hours: 3, max_sessions_per_user: 2 };
      await succeed(api.tenants.setSecurity, { token: strict.admin, id: strict.id, body: { policy } });
      const person = await newPerson({ clinic: strict.id });
      const first = await signIn(person);
      const others = await Promise.all([signIn(person), signIn(person, { at: instances[1] ?? server })]);
      expect((await refresh(first.visitor)).status).toBe(401);
      for (const { visitor } of others) expect((await refresh(visitor)).status).toBe(200);
      const rows = await database.query(
        `SELECT idle_minutes, round(extract(epoch FROM expires_at - created_at) / 3600)::int AS hours, revoked_why
         FROM wardbell.auth_session WHERE external_id = $1 ORDER BY created_at`,
        [`oidc:hospital:${person}`],
      );
      expect(rows).toEqual(
        ['too_many_sessions', null, null].map((revoked_why) => ({ idle_minutes: 7, hours: 3, revoked_why })),
      );
    });

    it('a session in which nobody acts is over', async () => {
      const { visitor, token, id } = await signIn(await newPerson());
      await database.query(
        `UPDATE wardbell.auth_session SET last_used_at = now() - interval '31 minutes' WHERE external_id = $1`,
        [id],
      );
      expect(await fail(api.auth.me, { token })).toEqual([401, 'access_revoked']);
      expect((await refresh(visitor)).status).toBe(401);
    });

    it('a session ends with its provider in the configuration', async () => {
      const { visitor } = await signIn(await newPerson());
      const without = await startAnother({ OIDC_PROVIDERS: '[]' });
      const elsewhere = visitorAt(without);
      elsewhere.cookies.set(PUBLIC_URL, new Map(visitor.cookies.get(PUBLIC_URL)));
      expect((await refresh(elsewhere)).status).toBe(401);
    });
  });

  describe('with a locked screen', () => {
    const lock = async (token: string) => expect((await ask(api.auth.lock, { token })).status).toBe(204);
    const post = (visitor: Visitor, path: string, body?: object) =>
      visitor.request(`${PUBLIC_URL}/api/v1/auth/${path}`, {
        method: 'POST',
        ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });

    it('does nothing on any instance until the person has signed in again', async () => {
      const person = await newPerson();
      const { visitor, token, id } = await signIn(person);
      const socket = await connect(instances[1]?.wsUrl ?? '', { token });
      await lock(token);
      expect((await socket.closed()).code).toBe(4403);
      const isLocked = async () => {
        for (const at of instances)
          expect(await fail(api.auth.me, { at, token })).toEqual([403, 'session_locked']);
        expect((await refresh(visitor)).status).toBe(403);
      };
      await isLocked();
      const unlocked = await post(visitor, 'unlock', { password: 'x' });
      expect([unlocked.status, await unlocked.json()]).toEqual([
        409,
        expect.objectContaining({ code: 'external_account' }),
      ]);
      // nor is it taken for the session of this browser that the provider is to confirm
      expect(errorOf(await logIn(visitor, person, { query: '?reauthenticate=1' }))).toBe('not_confirmed');
      await isLocked();

      expect(errorOf(await logIn(visitor, person))).toBe(null);
      const { token: next } = await refresh(visitor);
      expect(await succeed(api.auth.me, { token: next })).toMatchObject({ id });
      expect(await fail(api.auth.me, { token })).toEqual([403, 'session_locked']);
    });

    it('is not confirmed by a provider that was asked before it was locked', async () => {
      const person = await newPerson();
      const { visitor, token } = await signIn(person);
      const page = await visitor.visit(startUrl('hospital', '?reauthenticate=1'), isConsole);
      await lock(token);
      expect(errorOf((await visitor.submit(page, { login: person }, isConsole)).url)).toBe('not_confirmed');
      expect(await fail(api.auth.me, { token })).toEqual([403, 'session_locked']);
    });

    it('may be signed out, by its person, by the provider and by a block', async () => {
      const [own, ended, blocked] = await Promise.all([1, 2, 3].map(async () => signIn(await newPerson())));
      if (!own || !ended || !blocked) throw new Error('nobody signed in');
      for (const { token } of [own, ended, blocked]) await lock(token);
      expect((await post(own.visitor, 'logout')).status).toBe(204);
      const sub = ended.id.slice('oidc:hospital:'.length);
      const logout = await fetch(
        startUrl('hospital', '/backchannel-logout').replace(PUBLIC_URL, server.url),
        {
          method: 'POST',
          body: new URLSearchParams({ logout_token: await provider.logoutToken('hospital', { sub }) }),
        },
      );
      expect(logout.status).toBe(200);
      expect((await ask(api.externalUsers.block, { token: clinic.admin, sub: blocked.id })).status).toBe(204);
      for (const { visitor, token } of [own, ended, blocked]) {
        expect((await refresh(visitor)).status).toBe(401);
        expect(await fail(api.auth.me, { token })).toEqual([401, 'access_revoked']);
      }
    });
  });

  describe('again, for what needs a fresh sign-in,', () => {
    const createKey = async (token: string) => {
      const body = { name: 'lab', scopes: ['events:write'] };
      return (await ask(api.integrationKeys.create, { token, body })).status;
    };
    const REAUTHENTICATE = '?reauthenticate=1&return_to=%2Fintegrations%2F';
    const boss = () => newPerson({ realm_access: { roles: ['bosses'] } });
    /** Longer than a sign-in is fresh for, in seconds since 1970. */
    const longAgo = () => String(Math.floor(Date.now() / 1000) - 400);
    const makeStale = (id: string) =>
      database.query(
        `UPDATE wardbell.auth_session SET fresh_at = now() - interval '301 seconds' WHERE external_id = $1`,
        [id],
      );

    it('is not needed right after a sign-in whose time the provider says', async () => {
      const { token } = await signIn(await boss());
      expect(await createKey(token)).toBe(201);
      expect(await fail(api.auth.reauthenticate, { token, body: { password: 'x' } })).toEqual([
        409,
        'external_account',
      ]);
    });

    it('is needed where the provider does not say when that was', async () => {
      const person = await newPerson({ role: 'tenant_admin' });
      const { token } = await signIn(person, { slug: 'fixed' });
      expect(await createKey(token)).toBe(403);
    });

    it('asks the provider with max_age=0 and makes the same session fresh, with the same refresh token', async () => {
      const person = await boss();
      const { visitor, token, id } = await signIn(person);
      await makeStale(id);
      expect(await createKey(token)).toBe(403);
      const held = refreshTokenOf(visitor);
      visitor.trail.length = 0;
      const url = await logIn(visitor, person, { query: REAUTHENTICATE });
      const asked = new URL(visitor.trail[0] ?? '').searchParams;
      expect([asked.get('max_age'), asked.get('prompt')]).toEqual(['0', 'login']);
      expect(url.href).toBe(`${PUBLIC_URL}/integrations/?signed_in=hospital`);
      expect(await createKey(token)).toBe(201);
      expect(refreshTokenOf(visitor)).toBe(held);
      expect((await succeed(api.auth.sessions, { token })).data).toHaveLength(1);
    });

    it('is of the person of the session, who is asked anew', async () => {
      const { visitor, token, id } = await signIn(await boss());
      await makeStale(id);
      // somebody whom the provider does not know in this browser
      visitor.cookies.delete(provider.issuer);
      const url = await logIn(visitor, await boss(), { query: REAUTHENTICATE });
      expect(url.href).toBe(`${PUBLIC_URL}/integrations/?oidc_error=not_confirmed`);
      expect(await createKey(token)).toBe(403);
    });

    it('does not take an earlier sign-in for it', async () => {
      const person = await boss();
      const { visitor, token, id } = await signIn(person);
      await makeStale(id);
      const page = await visitor.visit(startUrl('hospital', REAUTHENTICATE), isConsole);
      const { url } = await visitor.submit(page, { login: person, ts: longAgo() }, isConsole);
      expect(url.href).toBe(`${PUBLIC_URL}/integrations/?oidc_error=not_confirmed`);
      expect(await createKey(token)).toBe(403);
    });

    it('is needed after a sign-in that the provider says was long ago', async () => {
      const person = await boss();
      const visitor = visitorAt();
      const page = await visitor.visit(startUrl('hospital'), isConsole);
      expect(errorOf((await visitor.submit(page, { login: person, ts: longAgo() }, isConsole)).url)).toBe(
        null,
      );
      expect(await createKey((await refresh(visitor)).token)).toBe(403);
    });

    it('needs a session of this provider in this browser', async () => {
      const query = '?reauthenticate=1';
      expect(errorOf(await logIn(visitorAt(), 'nobody', { query }))).toBe('not_confirmed');
      const { visitor } = await signIn(await newPerson({ role: 'clinician' }), { slug: 'fixed' });
      expect(errorOf(await logIn(visitor, 'nobody', { query }))).toBe('not_confirmed');
    });
  });

  describe('ends when the provider says so:', () => {
    const logOut = (token: string, slug = 'hospital', at = server) =>
      fetch(`${at.url}/api/v1/auth/oidc/${slug}/backchannel-logout`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token: token }),
      });
    /** `sid` of a session at the provider. */
    const sidOf = async (id: string) => {
      const [row] = await database.query<{ provider_sid: string }>(
        'SELECT provider_sid FROM wardbell.auth_session WHERE external_id = $1 ORDER BY created_at DESC LIMIT 1',
        [id],
      );
      return String(row?.provider_sid);
    };
    /** Signs out at the provider itself. */
    const leaveProvider = async (visitor: Visitor) => {
      const page = await visitor.visit(`${provider.issuer}/session/end`);
      expect((await visitor.submit(page, { logout: 'yes' })).text).toContain('signed out');
    };

    it('its own sign-out closes sockets and streams of the session on all instances within a second', async () => {
      await expectWithin(1_000, async () => {
        const person = await newPerson();
        const { visitor, token, id } = await signIn(person);
        const other = await signIn(person);
        const sockets = await Promise.all(instances.map(({ wsUrl }) => connect(wsUrl, { token })));
        const bystander = await connect(server.wsUrl, { token: other.token });
        const streams = await Promise.all(
          instances.map(({ url }) =>
            fetch(`${url}/api/v1/stream`, {
              headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
            }),
          ),
        );
        const startMs = performance.now();
        await leaveProvider(visitor);
        const closed = await Promise.all(sockets.map((socket) => socket.closed()));
        const texts = await Promise.all(streams.map((stream) => stream.text()));
        const tookMs = performance.now() - startMs;
        expect(closed).toEqual([REVOKED, REVOKED]);
        for (const text of texts) expect(text).toContain('Access revoked');
        expect((await refresh(visitor)).status).toBe(401);
        for (const at of instances)
          expect(await fail(api.auth.me, { at, token })).toEqual([401, 'access_revoked']);
        // another session of the person at the provider goes on
        expect(bystander.ws.readyState).toBe(bystander.ws.OPEN);
        expect((await refresh(other.visitor)).status).toBe(200);
        await bystander.close();
        const ended = await database.query(
          `SELECT a.actor_id FROM wardbell.audit a JOIN wardbell.auth_session s ON s.id::text = a.object_id
           WHERE a.action = 'auth.provider_logout' AND a.scope = $1 AND s.external_id = $2`,
          [clinic.id, id],
        );
        expect(ended).toEqual([{ actor_id: 'system' }]);
        return tookMs;
      });
    });

    it('a token with a subject alone ends all sessions of the person at this provider, and nobody else’s', async () => {
      const person = await newPerson({ role: 'clinician' });
      const [one, two, elsewhere, colleague] = await Promise.all([
        signIn(person),
        signIn(person),
        signIn(person, { slug: 'fixed' }),
        signIn(await newPerson()),
      ]);
      const answer = await logOut(await provider.logoutToken('hospital', { sub: person }));
      expect([answer.status, await answer.text(), answer.headers.get('cache-control')]).toEqual([
        200,
        '',
        'no-store',
      ]);
      for (const { visitor } of [one, two]) expect((await refresh(visitor)).status).toBe(401);
      for (const { visitor } of [elsewhere, colleague]) expect((await refresh(visitor)).status).toBe(200);
    });

    it('a token of an older provider, without its own type, is taken, and one for a session that is not here', async () => {
      const { visitor, id } = await signIn(await newPerson());
      const unknown = await provider.logoutToken('hospital', { sid: randomUUID() });
      expect((await logOut(unknown)).status).toBe(200);
      expect((await refresh(visitor)).status).toBe(200);
      const plain = await provider.logoutToken('hospital', { sid: await sidOf(id) }, { typ: undefined });
      expect((await logOut(plain)).status).toBe(200);
      expect((await refresh(visitor)).status).toBe(401);
    });

    const nowS = () => Math.floor(Date.now() / 1000);
    const FORGED: readonly [string, () => { claims?: JWTPayload; header?: object; slug?: string }][] = [
      ['another issuer', () => ({ claims: { iss: 'https://other.example' } })],
      ['another audience', () => ({ claims: { aud: 'fixed' } })],
      ['a further audience', () => ({ claims: { aud: ['hospital', 'fixed'] } })],
      ['no audience', () => ({ claims: { aud: undefined } as unknown as JWTPayload })],
      ['no time', () => ({ claims: { iat: undefined } as unknown as JWTPayload })],
      ['a time that is long ago', () => ({ claims: { iat: nowS() - 3_600 } })],
      ['a time that is to come', () => ({ claims: { iat: nowS() + 3_600 } })],
      ['no end', () => ({ claims: { exp: undefined } as unknown as JWTPayload })],
      ['an end that has been', () => ({ claims: { exp: nowS() - 60 } })],
      ['no id', () => ({ claims: { jti: undefined } as unknown as JWTPayload })],
      ['an empty id', () => ({ claims: { jti: '' } })],
      ['no events', () => ({ claims: { events: undefined } })],
      ['another event', () => ({ claims: { events: { 'http://schemas.openid.net/event/x': {} } } })],
      ['an event that is no object', () => ({ claims: { events: { [LOGOUT_EVENT]: true } } })],
      ['a nonce', () => ({ claims: { nonce: 'x' } })],
      ['neither subject nor session', () => ({ claims: { sub: undefined } as unknown as JWTPayload })],
      ['the type of another kind of token', () => ({ header: { typ: 'at+jwt' } })],
      ['an unknown critical header', () => ({ header: { crit: ['x'], x: 1 } })],
      ['a key that is not there', () => ({ header: { kid: 'unknown' } })],
    ];

    it.each(FORGED)('not with a token with %s', async (_, forge) => {
      const person = await newPerson();
      const { visitor } = await signIn(person);
      const { claims = {}, header = {}, slug = 'hospital' } = forge();
      const token = await provider
        .logoutToken('hospital', { sub: person, ...claims }, header)
        .catch(async () => {
          // the library of the test refuses to sign it, so the header is put before a signature of another one
          const [, ...rest] = (await provider.logoutToken('hospital', { sub: person, ...claims })).split('.');
          return [
            Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'only', ...header })).toString('base64url'),
            ...rest,
          ].join('.');
        });
      const answer = await logOut(token, slug);
      expect([answer.status, await answer.json()]).toEqual([
        400,
        expect.objectContaining({ code: 'invalid_logout_token' }),
      ]);
      expect((await refresh(visitor)).status).toBe(200);
    });

    it('not with a signature of another key, of the client’s secret, or with none', async () => {
      const person = await newPerson();
      const { visitor } = await signIn(person);
      const { privateKey } = await generateKeyPair('RS256');
      const sub = { sub: person };
      const good = await provider.logoutToken('hospital', sub);
      const [head = '', body = ''] = good.split('.');
      const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'logout+jwt' })).toString('base64url');
      const hmac = new TextEncoder().encode(SECRET);
      for (const token of [
        await provider.logoutToken('hospital', sub, {}, privateKey),
        await provider.logoutToken('hospital', sub, { alg: 'HS256', kid: undefined }, hmac),
        `${none}.${body}.`,
        `${head}.${body}.`,
        `${good.slice(0, -8)}AAAAAAAA`,
        'x',
        '',
      ])
        expect((await logOut(token)).status).toBe(400);
      // of another client, at the URL of that client and at this one
      const foreign = await provider.logoutToken('fixed', sub);
      expect((await logOut(foreign)).status).toBe(400);
      expect((await logOut(good, 'fixed')).status).toBe(400);
      expect((await logOut(good, 'unknown')).status).toBe(404);
      expect((await refresh(visitor)).status).toBe(200);
      expect((await logOut(good)).status).toBe(200);
      expect((await refresh(visitor)).status).toBe(401);
    });

    it('once with each token, on all instances', async () => {
      const person = await newPerson();
      await signIn(person);
      // the next sign-in must be a later second than the logout
      const token = await provider.logoutToken('hospital', { sub: person, iat: nowS() - 5 });
      const answers = await Promise.all(
        [...instances, ...instances].map((at) => logOut(token, 'hospital', at)),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
      const later = await signIn(person);
      expect((await logOut(token)).status).toBe(400);
      expect((await refresh(later.visitor)).status).toBe(200);
    });

    it('with a form that has the token once, and nothing else', async () => {
      const person = await newPerson();
      const { visitor } = await signIn(person);
      const logout_token = await provider.logoutToken('hospital', { sub: person });
      const post = (body: BodyInit, type?: string) =>
        fetch(startUrl('hospital', '/backchannel-logout').replace(PUBLIC_URL, server.url), {
          method: 'POST',
          body,
          ...(type === undefined ? {} : { headers: { 'content-type': type } }),
        });
      expect((await post(JSON.stringify({ logout_token }), 'application/json')).status).toBe(415);
      expect((await post(new URLSearchParams())).status).toBe(400);
      const twice = new URLSearchParams({ logout_token });
      twice.append('logout_token', logout_token);
      expect((await post(twice)).status).toBe(400);
      expect((await post(new URLSearchParams({ logout_token, 'a\u0000': 'x'.repeat(9_000) }))).status).toBe(
        413,
      );
      // other endpoints take no forms
      const login = await fetch(`${server.url}/api/v1/auth/login`, {
        method: 'POST',
        body: new URLSearchParams({ email: 'x@x.test', password: 'x' }),
      });
      expect(login.status).toBe(415);
      expect((await refresh(visitor)).status).toBe(200);
      expect((await post(new URLSearchParams({ logout_token, other: 'x' }))).status).toBe(200);
      expect((await refresh(visitor)).status).toBe(401);
    });

    it('a sign-in that is under way when the provider ends it opens no session', async () => {
      const person = await newPerson();
      const visitor = visitorAt();
      await logIn(visitor, person, { until: isCallback });
      const token = await provider.logoutToken('hospital', { sub: person, iat: nowS() + 28 });
      expect((await logOut(token)).status).toBe(200);
      const { url } = await visitor.visit(visitor.trail.at(-1) ?? '', isConsole);
      expect(errorOf(url)).toBe('failed');
      expect(refreshTokenOf(visitor)).toBe(undefined);
    });
  });

  describe('with a provider that does not answer', () => {
    let silent: Server;
    let answer: (path: string) => string | undefined = () => undefined;
    beforeAll(async () => {
      silent = createServer((request, response) => {
        const text = answer(request.url ?? '');
        if (text !== undefined) response.writeHead(200, { 'content-type': 'application/json' }).end(text);
      });
      await new Promise<void>((resolve) => silent.listen(ports.silent, '127.0.0.1', resolve));
    });
    afterAll(() => {
      silent.closeAllConnections();
      silent.close();
    });
    const start = async () => errorOf((await visitorAt().visit(startUrl('away'), isConsole)).url);

    it('says so after some seconds, and again when it answers with too much or about another', async () => {
      expect(await start()).toBe('unavailable');
      answer = () => JSON.stringify({ issuer: 'x'.repeat(2 * 1024 * 1024) });
      expect(await start()).toBe('unavailable');
      answer = () =>
        JSON.stringify({ issuer: 'https://other.example', jwks_uri: 'https://other.example/keys' });
      expect(await start()).toBe('unavailable');
      const logout = await fetch(`${server.url}/api/v1/auth/oidc/away/backchannel-logout`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token: 'x.y.z' }),
      });
      expect([logout.status, await logout.json()]).toEqual([
        400,
        expect.objectContaining({ code: 'logout_failed', error: 'server_error' }),
      ]);
    });

    it('goes on by itself once the provider answers, without a restart', async () => {
      const issuer = `http://127.0.0.1:${ports.silent}`;
      const urls = { authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` };
      answer = () => JSON.stringify({ issuer, jwks_uri: `${issuer}/keys`, ...urls });
      const { url } = await visitorAt().visit(startUrl('away'), ({ pathname }) => pathname === '/auth');
      expect(url.origin).toBe(issuer);
    });
  });
});
