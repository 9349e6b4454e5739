import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { generateKeyPair, type JWTPayload } from 'jose';
import { database, instances, server } from '../../../support/fixture.js';
import { LOGOUT_EVENT, type Visitor } from '../../../support/oidc-provider.js';
import { connect } from '../../../support/socket.js';
import { expectWithin } from '../../../support/wait.js';
import { fail } from '../harness.js';
import {
  clinic,
  errorOf,
  isCallback,
  isConsole,
  logIn,
  newPerson,
  PUBLIC_URL,
  provider,
  REVOKED,
  refresh,
  refreshTokenOf,
  SECRET,
  signIn,
  startUrl,
  useOidcProvider,
  visitorAt,
} from './installation.js';

useOidcProvider();

describe('A session of an OpenID provider', () => {
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
});
