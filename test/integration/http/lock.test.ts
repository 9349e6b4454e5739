import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, TokenAnswer } from '@wardbell/contract';
import { z } from 'zod';
import { Authenticator } from '../../support/authenticator.js';
import { database, instances, server, useServer } from '../../support/fixture.js';
import { TestSocket } from '../../support/socket.js';
import { createTenant, type TestTenant, type TestUser } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { eventually, expectWithin } from '../../support/wait.js';
import { openStream } from '../stream/raw-stream.js';
import { Browser } from './cookies.js';
import { ask, fail, succeed } from './harness.js';

const ORIGIN = 'https://clinic.example';

useServer({ instances: 2, env: { PUBLIC_URL: ORIGIN } });

let tenant: TestTenant;
beforeAll(async () => {
  tenant = await createTenant(server);
});

const Challenge = z.looseObject({ challenge: z.string() });
const Options = z.looseObject({ challenge: z.string(), user: z.looseObject({ id: z.string() }) });
const Problem = z.object({ code: z.string() });

interface Seat {
  readonly user: TestUser;
  readonly browser: Browser;
  readonly token: string;
}

/** A person who has signed in with a browser. */
async function sitDown(): Promise<Seat> {
  const user = await tenant.addUser('clinician');
  const browser = new Browser(server);
  return { user, browser, token: await browser.signIn(user.email, user.password) };
}
const lock = async (token: string) => expect((await ask(api.auth.lock, { token })).status).toBe(204);
const refused = async (response: Response): Promise<[number, string]> => [
  response.status,
  Problem.parse(await response.json()).code,
];
const unlock = async (browser: Browser, body: object): Promise<string> => {
  const response = await browser.post('unlock', body);
  expect(response.status).toBe(200);
  return TokenAnswer.parse(await response.json()).access_token;
};
const me = (token: string) => succeed(api.auth.me, { token, headers: { 'wardbell-background': '1' } });

describe('A locked session', () => {
  it('may do nothing on any instance until its person has shown the password, and then goes on', async () => {
    const { user, browser, token } = await sitDown();
    const before = await me(token);
    await lock(token);
    for (const at of instances) {
      expect(await fail(api.auth.me, { at, token })).toEqual([403, 'session_locked']);
      expect(await fail(api.patients.list, { at, token })).toEqual([403, 'session_locked']);
      expect(await fail(api.auth.lock, { at, token })).toEqual([403, 'session_locked']);
    }
    expect(await refused(await browser.post('refresh'))).toEqual([403, 'session_locked']);
    expect(await refused(await browser.post('unlock', { password: 'not the password' }))).toEqual([
      403,
      'wrong_password',
    ]);
    expect(await fail(api.auth.me, { token })).toEqual([403, 'session_locked']);
    const next = await unlock(browser, { password: user.password });
    expect(await me(next)).toEqual(before);
    // the same session: so tokens of before the lock are good again, too
    await me(token);
    expect((await browser.refresh()).status).toBe(200);
  });

  it('loses its sockets and streams on all instances within a second, and no others', async () => {
    const other = await sitDown();
    await expectWithin(1_000, async () => {
      const { user, token } = await sitDown();
      const elsewhere = await new Browser(server).signIn(user.email, user.password);
      const sockets = instances.map(({ wsUrl }) => new TestSocket(wsUrl, { token }));
      const kept = [elsewhere, other.token].map((each) => new TestSocket(server.wsUrl, { token: each }));
      await Promise.all([...sockets, ...kept].map((socket) => socket.waitFor('connected')));
      const stream = await openStream(instances[1]?.url ?? '', { token });
      const startMs = performance.now();
      await lock(token);
      const closed = await Promise.all(sockets.map((socket) => socket.closed()));
      await eventually(() => stream.hasEnded);
      const tookMs = performance.now() - startMs;
      expect(closed.map(({ code }) => code)).toEqual([4403, 4403]);
      for (const socket of kept) {
        socket.send({ type: 'ping' });
        await socket.waitFor('pong');
        await socket.close();
      }
      return tookMs;
    });
  });

  it('is let in nowhere: neither a socket, an event stream nor a long poll opens', async () => {
    const { token } = await sitDown();
    await lock(token);
    for (const { wsUrl, url } of instances) {
      const closed = await new TestSocket(wsUrl, { token }).closed();
      expect(closed).toEqual({ code: 4403, reason: 'Session locked' });
      const stream = await fetch(`${url}/api/v1/stream`, { headers: { authorization: `Bearer ${token}` } });
      expect(await refused(stream)).toEqual([403, 'session_locked']);
    }
  });

  it('is unlocked by a passkey of its person, and by nobody else’s password or passkey', async () => {
    const { user, browser, token } = await sitDown();
    const stranger = await sitDown();
    const [own, foreign] = [new Authenticator({ origin: ORIGIN }), new Authenticator({ origin: ORIGIN })];
    for (const [authenticator, of] of [
      [own, token],
      [foreign, stranger.token],
    ] as const) {
      const options = Options.parse(await succeed(api.auth.passkeyOptions, { token: of }));
      await succeed(api.auth.addPasskey, {
        token: of,
        body: { name: 'Key', response: authenticator.create(options) },
      });
    }
    const assertion = async (authenticator: Authenticator) =>
      authenticator.get(Challenge.parse((await succeed(api.auth.passkeyLoginOptions, {})).options));
    await lock(token);
    const others = { assertion: await assertion(foreign) };
    expect(await refused(await browser.post('unlock', others))).toEqual([403, 'wrong_code']);
    expect(await fail(api.auth.me, { token })).toEqual([403, 'session_locked']);
    const mine = { assertion: await assertion(own) };
    await me(await unlock(browser, mine));
    await lock(token);
    expect(await refused(await browser.post('unlock', mine))).toEqual([403, 'wrong_code']);
    expect(await refused(await browser.post('unlock', { password: `${stranger.user.password}x` }))).toEqual([
      403,
      'wrong_password',
    ]);
    await me(await unlock(browser, { password: user.password }));
  });

  it('needs its own browser: without the cookie, or with a used one, a right password unlocks nothing', async () => {
    const { user, browser, token } = await sitDown();
    const copy = new Browser(server);
    copy.setCookie = browser.setCookie;
    copy.cookie = browser.cookie;
    await browser.refresh();
    await lock(token);
    const password = { password: user.password };
    expect(await refused(await new Browser(server).post('unlock', password))).toEqual([
      401,
      'invalid_refresh_token',
    ]);
    expect(await refused(await copy.post('unlock', password))).toEqual([401, 'invalid_refresh_token']);
    expect(await fail(api.auth.me, { token })).toEqual([403, 'session_locked']);
    await unlock(browser, password);
  });

  it('ends as before: by a sign-out, by a new password, and after the minutes of the policy', async () => {
    const seats = await Promise.all([sitDown(), sitDown(), sitDown()]);
    for (const { token } of seats) await lock(token);
    const [left, changed, idle] = seats;
    if (!left || !changed || !idle) throw new Error('there are three');
    expect((await left.browser.post('logout')).status).toBe(204);
    const token = await new Browser(server).signIn(changed.user.email, changed.user.password);
    const next = 'violet tractors hum softly';
    const body = { current_password: changed.user.password, new_password: next };
    expect((await ask(api.auth.password, { token, body })).status).toBe(204);
    await database.query(
      `UPDATE wardbell.auth_session SET last_used_at = now() - interval '31 minutes' WHERE user_id = $1`,
      [idle.user.id],
    );
    const tries = [
      [left, left.user.password],
      [changed, next],
      [idle, idle.user.password],
    ] as const;
    for (const [{ browser, token: old }, password] of tries) {
      expect((await refused(await browser.post('unlock', { password })))[0]).toBe(401);
      expect(await fail(api.auth.me, { token: old })).toEqual([401, 'access_revoked']);
    }
  });

  it('is in the audit log with its unlocking, which counts as a fresh sign-in', async () => {
    const { user, browser, token } = await sitDown();
    await database.query(
      `UPDATE wardbell.auth_session SET fresh_at = now() - interval '10 minutes' WHERE user_id = $1`,
      [user.id],
    );
    expect(await fail(api.auth.totp, { token })).toEqual([403, 'reauthentication_required']);
    await lock(token);
    const next = await unlock(browser, { password: user.password });
    expect((await ask(api.auth.totp, { token: next })).status).toBe(200);
    await eventually(async () => {
      const rows = await database.query<{ action: string }>(
        `SELECT action FROM wardbell.audit WHERE actor_id = $1 AND action LIKE 'auth.%lock' ORDER BY seq`,
        [user.id],
      );
      return rows.map(({ action }) => action).join() === 'auth.lock,auth.unlock';
    });
  });
});

describe('What a session says of itself', () => {
  it('is after how many minutes it ends, and a key of its own that changes with no refresh', async () => {
    const { browser, token, user } = await sitDown();
    const own = await me(token);
    expect(own.idle_minutes).toBe(30);
    expect(Buffer.from(own.input_key ?? '', 'base64url')).toHaveLength(32);
    const { token: next = '' } = await browser.refresh();
    expect((await me(next)).input_key).toBe(own.input_key);
    const other = await new Browser(server).signIn(user.email, user.password);
    expect((await me(other)).input_key).not.toBe(own.input_key);
    await succeed(api.tenants.setSecurity, {
      token: tenant.admin.token,
      id: tenant.id,
      body: { policy: { idle_minutes: 10 } },
    });
    expect((await me(next)).idle_minutes).toBe(10);
    await succeed(api.tenants.setSecurity, {
      token: tenant.admin.token,
      id: tenant.id,
      body: { policy: { idle_minutes: 30 } },
    });
  });

  it('is nothing for people of an identity provider, whose sessions cannot be locked here', async () => {
    const token = await mintToken({ role: 'clinician', tenantId: tenant.id });
    expect(await me(token)).toMatchObject({ idle_minutes: null, input_key: null });
    expect(await fail(api.auth.lock, { token })).toEqual([409, 'external_account']);
  });
});
