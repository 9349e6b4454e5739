import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, Problem, TokenAnswer } from '@wardbell/contract';
import pg from 'pg';
import { median } from '../../load/statistics.js';
import { database, server, startAnother, useServer } from '../../support/fixture.js';
import { createTenant, signInSuperAdmin, type TestTenant, type TestUser } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { Browser } from './cookies.js';
import { ask, count, fail, succeed } from './harness.js';

useServer({ env: { TRUSTED_PROXIES: '127.0.0.1' } });

describe('Signing in', () => {
  let superToken: string;
  let tenant: TestTenant;
  beforeAll(async () => {
    superToken = await signInSuperAdmin(server);
    tenant = await createTenant(server, superToken);
  });

  const login = (email: string, password: string, address = '127.0.0.1') =>
    ask(api.auth.login, { body: { email, password }, headers: { 'x-forwarded-for': address } });
  const me = (token: string) => ask(api.auth.me, { token });

  it('gives a token for 15 minutes, and the account', async () => {
    const { email, password, id } = tenant.clinician;
    const answer = TokenAnswer.parse((await login(email.toUpperCase(), password)).body);
    expect(answer).toMatchObject({
      token_type: 'Bearer',
      expires_in: 900,
      user: { id, email, tenant_id: tenant.id, role: 'clinician', status: 'active' },
    });
    const [header, claims] = answer.access_token
      .split('.', 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
    expect(header).toMatchObject({ alg: 'HS256', typ: 'at+jwt' });
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

  describe('with wrong passwords', () => {
    const LIMITED = [429, 'too_many_attempts'];
    /** Each test has networks of its own. */
    let networks = 0;
    const newAddress = () => `198.51.100.${++networks}`;
    const statusesOf = async (attempts: number, attempt: (n: number) => ReturnType<typeof login>) => {
      const statuses: number[] = [];
      for (let n = 0; n < attempts; n++) statuses.push((await attempt(n)).status);
      return statuses;
    };
    const times = (count: number, status: number) => Array.from({ length: count }, () => status);

    it('refuses an account to a network after 10, with the time to wait, also the right password', async () => {
      const user = await tenant.addUser('clinician');
      const address = newAddress();
      const statuses = await statusesOf(12, () => login(user.email, 'wrong guess', address));
      expect(statuses).toEqual([...times(10, 401), ...times(2, 429)]);
      const answer = await login(user.email, user.password, address);
      expect([answer.status, Problem.parse(answer.body).code]).toEqual(LIMITED);
      const waitS = Number(answer.headers.get('retry-after'));
      expect(waitS).toBeGreaterThan(0);
      expect(waitS).toBeLessThanOrEqual(900);
      // other accounts still get in from there
      expect((await login(tenant.clinician.email, tenant.clinician.password, address)).status).toBe(200);
      // and so does this one after 15 minutes
      await database.query(`UPDATE wardbell.login_failure SET at = at - interval '15 minutes'`);
      expect((await login(user.email, user.password, address)).status).toBe(200);
    });

    it('leaves the nurse able to sign in, from a known browser and from other networks, after 50 of one IPv6 /64', async () => {
      const user = await tenant.addUser('clinician');
      const inNetwork = { 'x-forwarded-for': '2001:db8:7:8::1' };
      const known = new Browser(server, inNetwork);
      await known.signIn(user.email, user.password);
      const statuses = await statusesOf(50, (n) =>
        login(n % 2 === 0 ? user.email : `guess-${n}@example.test`, 'wrong guess', `2001:db8:7:8::${n}:1`),
      );
      expect(statuses.filter((status) => status === 401)).toHaveLength(10 + 20);
      expect(statuses.slice(-10)).toEqual(times(10, 429));
      expect((await known.post('login', { email: user.email, password: user.password })).status).toBe(200);
      const stranger = new Browser(server, inNetwork);
      const refused = await stranger.post('login', { email: user.email, password: user.password });
      expect([refused.status, Problem.parse(await refused.json()).code]).toEqual(LIMITED);
      expect((await login(user.email, user.password, '2001:db8:7:9::1')).status).toBe(200);
      expect((await login(user.email, user.password, newAddress())).status).toBe(200);
    });

    it('refuses a network after 30, whatever the accounts, known or not', async () => {
      const address = newAddress();
      const statuses = await statusesOf(31, (n) => login(`guess-${n}@example.test`, 'wrong guess', address));
      expect(statuses).toEqual([...times(30, 401), 429]);
      expect((await login(tenant.clinician.email, tenant.clinician.password, address)).status).toBe(429);
    });

    it('delays an account that many networks guess at, and never refuses it', async () => {
      const user = await tenant.addUser('clinician');
      await database.query(
        `INSERT INTO wardbell.login_failure (email_hash, address)
         SELECT sha256(convert_to($1, 'UTF8')), 'network ' || n FROM generate_series(1, 500) n`,
        [user.email],
      );
      const startedMs = performance.now();
      expect((await login(user.email, user.password, newAddress())).status).toBe(200);
      expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1_990);
    });

    it('has a count of its own for a known browser, which others of its network do not share', async () => {
      const user = await tenant.addUser('clinician');
      const address = { 'x-forwarded-for': newAddress() };
      const known = new Browser(server, address);
      await known.signIn(user.email, user.password);
      const guesses = await statusesOf(11, async () => {
        const { status, headers } = await known.post('login', { email: user.email, password: 'wrong guess' });
        return { status, headers, body: undefined };
      });
      expect(guesses).toEqual([...times(10, 401), 429]);
      expect((await login(user.email, user.password, address['x-forwarded-for'])).status).toBe(200);
    });

    it('knows a browser by a cookie for 90 days that no script reads, and only for its account', async () => {
      const [mine, other] = [await tenant.addUser('clinician'), await tenant.addUser('clinician')];
      const address = newAddress();
      const browser = new Browser(server, { 'x-forwarded-for': address });
      await browser.signIn(mine.email, mine.password);
      expect(browser.setKnown).toMatch(/; Max-Age=7776000(;|$)/);
      expect(browser.setKnown).toMatch(/; HttpOnly(;|$)/);
      expect(browser.setKnown).toMatch(/; SameSite=Strict(;|$)/);
      await statusesOf(10, () => login(other.email, 'wrong guess', address));
      const post = async ({ email, password }: TestUser) =>
        (await browser.post('login', { email, password })).status;
      expect(await post(other)).toBe(429);
      const signed = browser.known ?? '';
      browser.known = signed.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
      await statusesOf(10, () => login(mine.email, 'wrong guess', address));
      expect(await post(mine)).toBe(429);
      browser.known = signed;
      expect(await post(mine)).toBe(200);
    });

    it('takes as long for an account as for an address that nobody has', async () => {
      const { email } = await tenant.addUser('clinician');
      const address = newAddress();
      const attempts = { known: email, unknown: email.replace('@', '.nobody@') };
      const timesMs: Record<keyof typeof attempts, number[]> = { known: [], unknown: [] };
      const pairs = 60;
      for (let n = 0; n < pairs; n++) {
        // before the account is delayed, or the network refused
        if (n % 8 === 0) await database.query('DELETE FROM wardbell.login_failure');
        const order = n % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
        for (const which of order) {
          const startedMs = performance.now();
          expect((await login(attempts[which], 'wrong guess', address)).status).toBe(401);
          timesMs[which].push(performance.now() - startedMs);
        }
      }
      // Each unknown address is compared with the known one beside it, so other work on the machine slows both. Without
      // the hash, which is most of an attempt, the ratio is below 0.5.
      const ratio = median(timesMs.unknown.map((ms, n) => ms / (timesMs.known[n] ?? 0)));
      console.log(
        `medians of ${pairs}: known ${median(timesMs.known).toFixed(1)} ms, unknown ${median(timesMs.unknown).toFixed(1)} ms`,
      );
      expect(ratio).toBeGreaterThan(0.8);
      expect(ratio).toBeLessThan(1.25);
    });

    it('refuses guesses that come all at once', async () => {
      const user = await tenant.addUser('clinician');
      const address = newAddress();
      const guess = () => login(user.email, 'wrong guess', address);
      const answers = await Promise.all(Array.from({ length: 30 }, guess));
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
    });

    it('lets everybody of a network in who signs in at the same moment', async () => {
      const user = await tenant.addUser('clinician');
      const address = newAddress();
      const enter = () => login(user.email, user.password, address);
      const answers = await Promise.all(Array.from({ length: 40 }, enter));
      expect(answers.map(({ status }) => status)).toEqual(times(40, 200));
    });

    it('counts over all instances', async () => {
      const user = await tenant.addUser('clinician');
      const second = await startAnother();
      const headers = { 'x-forwarded-for': newAddress() };
      for (let n = 0; n < 5; n++) {
        for (const at of [server, second]) {
          const body = { email: user.email, password: 'wrong guess' };
          expect((await ask(api.auth.login, { at, body, headers })).status).toBe(401);
        }
      }
      const body = { email: user.email, password: user.password };
      expect((await ask(api.auth.login, { at: second, body, headers })).status).toBe(429);
    });

    it('forgets slips once the password was right', async () => {
      const user = await tenant.addUser('clinician');
      const address = newAddress();
      const guess = () => login(user.email, 'wrong guess', address);
      await statusesOf(9, guess);
      expect((await login(user.email, user.password, address)).status).toBe(200);
      expect(await statusesOf(12, guess)).toEqual([...times(10, 401), ...times(2, 429)]);
    });
  });

  describe('stays, by refresh', () => {
    let browser: Browser;
    let token: string;
    let user: TestUser;
    beforeAll(async () => {
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
      await database.query(
        `UPDATE wardbell.auth_session SET expires_at = now() - interval '1 second' WHERE user_id = $1`,
        [user.id],
      );
      expect((await browser.refresh()).status).toBe(401);
    });

    it('without prolonging the session, which ends after the hours of the policy', async () => {
      await signedIn();
      const endOf = async () => {
        const [row] = await database.query<{ end: string }>(
          `SELECT max(expires_at)::text AS end FROM wardbell.auth_session
           WHERE user_id = $1 AND revoked_at IS NULL AND expires_at < now() + interval '12 hours'`,
          [user.id],
        );
        return row?.end;
      };
      const end = await endOf();
      expect(end).toEqual(expect.any(String));
      expect((await browser.refresh()).status).toBe(200);
      expect(await endOf()).toBe(end);
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
      const out = await browser.post('logout');
      expect(out.status).toBe(204);
      expect(out.headers.get('clear-site-data')).toBe('"cache"');
      expect(browser.cookie).toBeUndefined();
      expect(browser.known).toBeDefined();
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

  it('leaves its traces in the audit log', async () => {
    const own = await createTenant(server, superToken);
    await ask(api.auth.logout, { token: own.clinician.token });
    const { data } = await succeed(api.audit.list, { token: own.admin.token });
    const logout = data.find(({ action }) => action === 'auth.logout');
    expect(logout).toMatchObject({ actor_id: own.clinician.id, address: '127.0.0.1' });
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
    for (const cookie of [browser.setCookie, browser.setKnown]) {
      expect(cookie).toMatch(/^__Host-wardbell_/);
      for (const attribute of ['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']) {
        expect(cookie.split('; ')).toContain(attribute);
      }
      expect(cookie).not.toMatch(/Domain/i);
    }
    expect((await browser.refresh()).status).toBe(200);
    const { data } = await succeed(api.audit.list, { token: tenant.admin.token });
    expect(data[0]).toMatchObject({ action: 'auth.login', address: '203.0.113.7' });
  });

  it('cookies of a release before the prefix are taken, and replaced by the answer', async () => {
    const tenant = await createTenant(server);
    const browser = new Browser(server, { 'x-forwarded-proto': 'https' });
    await browser.signIn(tenant.clinician.email, tenant.clinician.password);
    const post = (path: string, cookie: string) =>
      fetch(`${server.url}/api/v1/auth/${path}`, {
        method: 'POST',
        headers: { 'x-forwarded-proto': 'https', cookie },
      });
    const refreshed = await post('refresh', `wardbell_refresh=${browser.cookie}`);
    expect(refreshed.status).toBe(200);
    const [set = '', cleared] = refreshed.headers.getSetCookie();
    expect(set).toMatch(/^__Host-wardbell_refresh=[^;]+;/);
    expect(cleared).toMatch(/^wardbell_refresh=;.*Path=\/api\/v1\/auth/);
    const current = set.split(';', 1)[0] ?? '';
    // one that a sibling host has planted does not count beside ours
    const out = await post('logout', `wardbell_refresh=planted; ${current}`);
    expect(out.headers.getSetCookie().map((cookie) => cookie.split('=', 1)[0])).toEqual([
      '__Host-wardbell_refresh',
      'wardbell_refresh',
    ]);
    expect((await post('refresh', current)).status).toBe(401);
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
