import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { instances, server } from '../../../support/fixture.js';
import { type Page, type Visitor } from '../../../support/oidc-provider.js';
import { eventually } from '../../../support/wait.js';
import { ask, everyPage, fail, succeed, superAdmin } from '../harness.js';
import {
  actionsOf,
  CALLBACK,
  clinic,
  errorOf,
  isCallback,
  isConsole,
  logIn,
  newPerson,
  PUBLIC_URL,
  ports,
  refresh,
  refreshTokenOf,
  signIn,
  startUrl,
  useOidcProvider,
  visitorAt,
} from './installation.js';

useOidcProvider();

describe('Sign-in at an OpenID provider', () => {
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
