import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, Problem, TokenAnswer } from '@wardbell/contract';
import pg from 'pg';
import { database, server, startAnother, useServer } from '../../support/fixture.js';
import { createTenant, signInSuperAdmin, type TestTenant, type TestUser } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { Browser } from './cookies.js';
import { ask, count, fail, succeed } from './harness.js';

useServer();

describe('Signing in', () => {
  let superToken: string;
  let tenant: TestTenant;
  beforeAll(async () => {
    superToken = await signInSuperAdmin(server);
    tenant = await createTenant(server, superToken);
  });

  const login = (email: string, password: string) => ask(api.auth.login, { body: { email, password } });
  const me = (token: string) => ask(api.auth.me, { token });

  it('gives a token for 15 minutes, and the account', async () => {
    const { email, password, id } = tenant.clinician;
    const answer = TokenAnswer.parse((await login(email.toUpperCase(), password)).body);
    expect(answer).toMatchObject({
      token_type: 'Bearer',
      expires_in: 900,
      user: { id, email, tenant_id: tenant.id, role: 'clinician', status: 'active' },
    });
    const claims = JSON.parse(Buffer.from(answer.access_token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({
      sub: id,
      tenant_id: tenant.id,
      role: 'clinician',
      sid: expect.any(String),
    });
    expect(claims.exp - claims.iat).toBe(900);
    expect((await me(answer.access_token)).body).toMatchObject({
      id,
      email,
      tenant: { id: tenant.id, slug: tenant.slug, time_zone: 'UTC' },
    });
  });

  it('sets a cookie that no script reads and no other site sends', async () => {
    const browser = new Browser(server);
    await browser.signIn(tenant.clinician.email, tenant.clinician.password);
    expect(browser.setCookie).toMatch(/; Path=\/api\/v1\/auth(;|$)/);
    expect(browser.setCookie).toMatch(/; HttpOnly(;|$)/);
    expect(browser.setCookie).toMatch(/; SameSite=Strict(;|$)/);
    expect(browser.setCookie).not.toMatch(/Secure/); // plain http of a development machine
    expect(browser.cookie).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(
      await count(`SELECT count(*) FROM wardbell.refresh_token r WHERE r::text LIKE '%' || $1 || '%'`, [
        browser.cookie,
      ]),
    ).toBe(0);
  });

  it('says the same of a wrong password and an unknown address', async () => {
    const wrong = await login(tenant.clinician.email, 'not the password');
    const unknown = await login('nobody@example.test', 'not the password');
    expect(wrong.body).toEqual(unknown.body);
    expect([wrong.status, Problem.parse(wrong.body).code]).toEqual([401, 'invalid_credentials']);
  });

  it('is refused to disabled and deleted users', async () => {
    const disabled = await tenant.addUser('clinician');
    await succeed(api.users.update, {
      token: superToken,
      id: disabled.id,
      body: { status: 'disabled' },
    });
    expect((await login(disabled.email, disabled.password)).status).toBe(401);
    const deleted = await tenant.addUser('clinician');
    await ask(api.users.remove, { token: superToken, id: deleted.id });
    expect((await login(deleted.email, deleted.password)).status).toBe(401);
  });

  it.each([
    ['password', `password_hash = 'another'`],
    ['status', `status = 'disabled'`],
    ['role', `role = 'front_desk'`],
  ])('leaves no session when the %s changes while it is under way', async (_, change) => {
    const user = await tenant.addUser('clinician');
    const sessions = () =>
      count('SELECT count(*) FROM wardbell.auth_session WHERE user_id = $1 AND revoked_at IS NULL', [
        user.id,
      ]);
    const before = await sessions();
    const changer = new pg.Client({ connectionString: database.superuserUrl });
    await changer.connect();
    await changer.query('BEGIN');
    await changer.query('SELECT FROM wardbell.user_account WHERE id = $1 FOR UPDATE', [user.id]);
    await changer.query(`UPDATE wardbell.user_account SET ${change} WHERE id = $1`, [user.id]);
    const answer = login(user.email, user.password);
    const waiting = `SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'`;
    await eventually(async () => (await count(waiting, [database.name])) > 0);
    await changer.query('COMMIT');
    await changer.end();
    const { status, body } = await answer;
    expect([status, Problem.parse(body).code]).toEqual([401, 'invalid_credentials']);
    expect(await sessions()).toBe(before);
  });

  it('is refused in a suspended tenant, and says so only to who knows the password', async () => {
    const suspended = await createTenant(server, superToken);
    const { email, password } = suspended.clinician;
    await succeed(api.tenants.update, {
      token: superToken,
      id: suspended.id,
      body: { status: 'suspended' },
    });
    expect(Problem.parse((await login(email, password)).body).code).toBe('tenant_suspended');
    expect(Problem.parse((await login(email, 'not the password')).body).code).toBe('invalid_credentials');
    expect((await me(suspended.clinician.token)).status).toBe(403);
    await succeed(api.tenants.update, {
      token: superToken,
      id: suspended.id,
      body: { status: 'active' },
    });
    expect((await me(suspended.clinician.token)).status).toBe(200);
  });

  it('works for people of single sign-on that no table knows', async () => {
    const token = await mintToken({
      role: 'clinician',
      tenantId: tenant.id,
      sub: 'idp|somebody@example.test',
    });
    expect((await me(token)).body).toMatchObject({
      id: 'idp|somebody@example.test',
      email: null,
      name: null,
    });
  });

  it('refuses a token whose role is not the one of the account', async () => {
    const token = await mintToken({ role: 'tenant_admin', tenantId: tenant.id, sub: tenant.frontDesk.id });
    expect(await fail(api.auth.me, { token })).toEqual([401, 'access_revoked']);
  });

  describe('too often', () => {
    const tryUntilRefused = async (user: TestUser) => {
      const statuses: number[] = [];
      for (let n = 0; n < 12; n++) statuses.push((await login(user.email, 'wrong guess')).status);
      return statuses;
    };

    it('is refused for that account, with the time to wait, also with the right password', async () => {
      const user = await tenant.addUser('clinician');
      expect(await tryUntilRefused(user)).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
      const answer = await login(user.email, user.password);
      expect([answer.status, Problem.parse(answer.body).code]).toEqual([429, 'too_many_attempts']);
      const waitS = Number(answer.headers.get('retry-after'));
      expect(waitS).toBeGreaterThan(0);
      expect(waitS).toBeLessThanOrEqual(900);
      // others of that address still get in
      expect((await login(tenant.clinician.email, tenant.clinician.password)).status).toBe(200);
      // and time heals
      await database.query(`UPDATE wardbell.login_failure SET at = at - interval '15 minutes'`);
      expect((await login(user.email, user.password)).status).toBe(200);
    });

    it('is refused for guesses that come all at once', async () => {
      const user = await tenant.addUser('clinician');
      const answers = await Promise.all(Array.from({ length: 30 }, () => login(user.email, 'wrong guess')));
      expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(10);
      expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(20);
    });

    it('is refused for unknown addresses as for known ones', async () => {
      const statuses: number[] = [];
      for (let n = 0; n < 11; n++) statuses.push((await login('ghost@example.test', 'wrong guess')).status);
      expect(statuses.at(-1)).toBe(429);
    });

    it('is counted over all instances', async () => {
      const user = await tenant.addUser('clinician');
      const second = await startAnother();
      for (let n = 0; n < 5; n++) {
        for (const at of [server, second]) {
          const body = { email: user.email, password: 'wrong guess' };
          expect((await ask(api.auth.login, { at, body })).status).toBe(401);
        }
      }
      const body = { email: user.email, password: user.password };
      expect((await ask(api.auth.login, { at: second, body })).status).toBe(429);
    });

    it('forgets slips once the password was right', async () => {
      const user = await tenant.addUser('clinician');
      for (let n = 0; n < 9; n++) await login(user.email, 'wrong guess');
      expect((await login(user.email, user.password)).status).toBe(200);
      expect(await tryUntilRefused(user)).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    });
  });

  describe('stays, by refresh', () => {
    let browser: Browser;
    let token: string;
    let user: TestUser;
    beforeAll(async () => {
      // earlier tests failed on purpose from this very address
      await database.query('DELETE FROM wardbell.login_failure');
      user = await tenant.addUser('clinician');
    });
    const signedIn = async () => {
      browser = new Browser(server);
      token = await browser.signIn(user.email, user.password);
    };

    it('which trades the cookie for another and gives a new access token', async () => {
      await signedIn();
      const first = browser.cookie;
      const { status, token: next } = await browser.refresh();
      expect([status, typeof next]).toEqual([200, 'string']);
      expect(browser.cookie).not.toBe(first);
      expect((await me(next ?? '')).status).toBe(200);
    });

    it('which ends the session when a spent cookie comes back', async () => {
      await signedIn();
      const thief = new Browser(server);
      thief.cookie = browser.cookie;
      const { token: owners } = await browser.refresh();
      expect((await thief.refresh()).status).toBe(401);
      expect(thief.cookie).toBeUndefined();
      expect((await browser.refresh()).status).toBe(401);
      for (const dead of [token, owners ?? '']) {
        expect(await fail(api.auth.me, { token: dead })).toEqual([401, 'access_revoked']);
      }
    });

    it('which one of two requests at the same moment wins, and the session ends', async () => {
      await signedIn();
      const twin = new Browser(server);
      twin.cookie = browser.cookie;
      const statuses = (await Promise.all([browser.refresh(), twin.refresh()])).map(({ status }) => status);
      expect(statuses.sort()).toEqual([200, 401]);
      expect(await fail(api.auth.me, { token })).toEqual([401, 'access_revoked']);
    });

    it('which reads role, status and tenant again', async () => {
      await signedIn();
      // behind the back of the API, which would have ended the session
      await database.query(`UPDATE wardbell.user_account SET role = 'front_desk' WHERE id = $1`, [user.id]);
      const { token: next } = await browser.refresh();
      expect((await me(next ?? '')).body).toMatchObject({ role: 'front_desk' });
      await database.query(`UPDATE wardbell.user_account SET status = 'disabled' WHERE id = $1`, [user.id]);
      expect((await browser.refresh()).status).toBe(401);
      await database.query(`UPDATE wardbell.user_account SET status = 'active' WHERE id = $1`, [user.id]);
    });

    it('which needs a cookie that we made and that has not run out', async () => {
      const stranger = new Browser(server);
      expect((await stranger.refresh()).status).toBe(401);
      stranger.cookie = 'a'.repeat(43);
      expect((await stranger.refresh()).status).toBe(401);
      stranger.cookie = 'short';
      expect((await stranger.refresh()).status).toBe(401);
      await signedIn();
      await database.query(`UPDATE wardbell.auth_session SET expires_at = now() - interval '1 second'`);
      expect((await browser.refresh()).status).toBe(401);
    });

    it('never beyond seven days', async () => {
      await signedIn();
      await database.query(
        `UPDATE wardbell.auth_session SET created_at = now() - interval '7 days' + interval '1 hour'
         WHERE user_id = $1 AND revoked_at IS NULL`,
        [user.id],
      );
      expect((await browser.refresh()).status).toBe(200);
      expect(
        await count(
          `SELECT count(*) FROM wardbell.auth_session WHERE user_id = $1 AND revoked_at IS NULL
           AND created_at < now() - interval '6 days' AND expires_at > now() + interval '61 minutes'`,
          [user.id],
        ),
      ).toBe(0);
    });

    it.each([
      ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
      ['a neighbour of the same site', { 'sec-fetch-site': 'same-site' }],
      ['another origin of an old browser', { origin: 'https://evil.example' }],
      ['a sandboxed page', { origin: 'null' }],
    ])('which %s cannot start', async (_, headers: Record<string, string>) => {
      await signedIn();
      const evil = new Browser(server, headers);
      evil.cookie = browser.cookie;
      for (const path of ['refresh', 'logout']) {
        const response = await evil.post(path);
        expect([response.status, Problem.parse(await response.json()).code]).toEqual([
          403,
          'origin_not_allowed',
        ]);
      }
      expect((await me(token)).status).toBe(200);
      const own = new Browser(server, { origin: server.url, 'sec-fetch-site': 'same-origin' });
      own.cookie = browser.cookie;
      expect((await own.refresh()).status).toBe(200);
    });
  });

  describe('ends, by logout', () => {
    it('everywhere, at once, and as often as one likes', async () => {
      const browser = new Browser(server);
      const token = await browser.signIn(tenant.clinician.email, tenant.clinician.password);
      const spare = browser.cookie;
      expect((await browser.post('logout')).status).toBe(204);
      expect(browser.cookie).toBeUndefined();
      expect(await fail(api.auth.me, { token })).toEqual([401, 'access_revoked']);
      browser.cookie = spare;
      expect((await browser.refresh()).status).toBe(401);
      expect((await browser.post('logout')).status).toBe(204);
      // the other sessions of that person go on
      expect((await me(tenant.clinician.token)).status).toBe(200);
    });

    it('with the access token alone, for clients without cookies', async () => {
      const user = await tenant.addUser('front_desk');
      expect((await ask(api.auth.logout, { token: user.token })).status).toBe(204);
      expect(await fail(api.auth.me, { token: user.token })).toEqual([401, 'access_revoked']);
      expect((await ask(api.auth.logout, { token: user.token })).status).toBe(204);
      expect((await ask(api.auth.logout, { token: 'not.a.token' })).status).toBe(204);
    });
  });

  it('leaves its traces in the audit log, failures included', async () => {
    const own = await createTenant(server, superToken);
    await login(own.clinician.email, 'wrong guess');
    await ask(api.auth.logout, { token: own.clinician.token });
    const { data } = await succeed(api.audit.list, { token: own.admin.token });
    const auth = data.filter(({ action }) => action.startsWith('auth.') && action !== 'auth.login');
    expect(auth.map(({ action, actor_id, object_id }) => [action, actor_id, object_id])).toEqual([
      ['auth.logout', own.clinician.id, expect.any(String)],
      ['auth.login_failed', 'system', own.clinician.id],
    ]);
    expect(auth[0]?.address).toBe('127.0.0.1');
  });
});

describe('Behind a proxy with TLS', () => {
  useServer({ env: { TRUSTED_PROXIES: '127.0.0.1', ALLOWED_ORIGINS: 'https://app.example' } });

  it('the cookie is Secure, and the address is the client’s', async () => {
    const tenant = await createTenant(server);
    const browser = new Browser(server, {
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.7',
    });
    await browser.signIn(tenant.clinician.email, tenant.clinician.password);
    expect(browser.setCookie).toMatch(/; Secure(;|$)/);
    const { data } = await succeed(api.audit.list, { token: tenant.admin.token });
    expect(data[0]).toMatchObject({ action: 'auth.login', address: '203.0.113.7' });
  });

  it('an origin that is allowed may refresh', async () => {
    const tenant = await createTenant(server);
    const browser = new Browser(server, {
      origin: 'https://app.example',
      'sec-fetch-site': 'same-site',
    });
    await browser.signIn(tenant.clinician.email, tenant.clinician.password);
    expect((await browser.refresh()).status).toBe(200);
  });
});
