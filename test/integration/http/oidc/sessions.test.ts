import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { database, instances, server, startAnother } from '../../../support/fixture.js';
import { freePort } from '../../../support/free-port.js';
import { OidcTestProvider, type Visitor } from '../../../support/oidc-provider.js';
import { connect } from '../../../support/socket.js';
import { eventually } from '../../../support/wait.js';
import { ask, createClinic, everyPage, fail, succeed } from '../harness.js';
import {
  CALLBACK,
  clinic,
  entry,
  errorOf,
  FIXED_TENANT,
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

describe('Sign-in at an OpenID provider', () => {
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
});
