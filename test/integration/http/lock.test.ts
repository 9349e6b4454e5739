import { beforeAll, describe, expect, it } from '@jest/globals';
import { verify } from '@node-rs/argon2';
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

describe('A PIN', () => {
  const PIN = '407183';
  const setPin = async (token: string, pin = PIN) =>
    expect((await ask(api.auth.setPin, { token, body: { pin } })).status).toBe(204);
  const wrongPin = (n: number) => ({ pin: `${5_000 + n * 7}` });
  const actionsOf = async ({ id }: TestUser) =>
    (
      await database.query<{ action: string }>(
        `SELECT action FROM wardbell.audit WHERE actor_id = $1 AND action LIKE 'auth.%' ORDER BY seq`,
        [id],
      )
    ).map(({ action }) => action);

  it('unlocks a session of its person on every instance, and is no fresh sign-in', async () => {
    const { user, browser, token } = await sitDown();
    expect((await me(token)).has_pin).toBe(false);
    await setPin(token);
    expect((await me(token)).has_pin).toBe(true);
    const elsewhere = new Browser(instances[1] ?? server);
    const other = await elsewhere.signIn(user.email, user.password);
    await database.query(
      `UPDATE wardbell.auth_session SET fresh_at = now() - interval '10 minutes' WHERE user_id = $1`,
      [user.id],
    );
    for (const [at, of] of [
      [browser, token],
      [elsewhere, other],
    ] as const) {
      await lock(of);
      const next = await unlock(at, { pin: PIN });
      await me(next);
      expect(await fail(api.auth.removePin, { token: next })).toEqual([403, 'reauthentication_required']);
    }
    const [row] = await database.query<{ method: string }>(
      `SELECT details ->> 'method' AS method FROM wardbell.audit WHERE actor_id = $1 AND action = 'auth.unlock'`,
      [user.id],
    );
    expect(row?.method).toBe('pin');
  });

  it('signs nobody in, confirms nothing, and unlocks nothing that is not locked', async () => {
    const { user, browser, token } = await sitDown();
    await setPin(token);
    const login = { email: user.email, password: PIN };
    expect(await fail(api.auth.login, { body: login })).toEqual([401, 'invalid_credentials']);
    expect(await fail(api.auth.reauthenticate, { token, body: { password: PIN } })).toEqual([
      403,
      'wrong_password',
    ]);
    expect((await fail(api.auth.reauthenticate, { token, body: { pin: PIN } }))[0]).toBe(422);
    expect(await refused(await browser.post('unlock', { pin: PIN }))).toEqual([403, 'pin_refused']);
    await lock(token);
    expect(await refused(await new Browser(server).post('unlock', { pin: PIN }))).toEqual([
      401,
      'invalid_refresh_token',
    ]);
  });

  it('is refused to a locked session after five wrong ones, until the password has unlocked it', async () => {
    const { user, browser, token } = await sitDown();
    await setPin(token);
    const second = new Browser(server);
    const other = await second.signIn(user.email, user.password);
    await lock(token);
    for (let n = 0; n < 4; n++) {
      expect(await refused(await browser.post('unlock', wrongPin(n)))).toEqual([403, 'wrong_pin']);
    }
    expect(await refused(await browser.post('unlock', wrongPin(4)))).toEqual([403, 'pin_refused']);
    expect(await refused(await browser.post('unlock', { pin: PIN }))).toEqual([403, 'pin_refused']);
    expect(await actionsOf(user)).toContain('auth.pin_refused');
    // another session of the person has a count of its own
    await lock(other);
    await me(await unlock(second, { pin: PIN }));
    const next = await unlock(browser, { password: user.password });
    await lock(next);
    await me(await unlock(browser, { pin: PIN }));
  });

  it('is checked five times at most when guesses come at once to all instances', async () => {
    const { browser, token } = await sitDown();
    await setPin(token);
    await lock(token);
    const copies = instances.map((at) => {
      const copy = new Browser(at);
      copy.setCookie = browser.setCookie;
      copy.cookie = browser.cookie;
      return copy;
    });
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, n) => copies[n % copies.length]?.post('unlock', wrongPin(n))),
    );
    const codes = await Promise.all(
      answers.map(async (answer) => (answer === undefined ? '' : (await refused(answer))[1])),
    );
    expect(codes.filter((code) => code === 'wrong_pin')).toHaveLength(4);
    expect(codes.filter((code) => code === 'pin_refused')).toHaveLength(20);
    expect(await refused(await browser.post('unlock', { pin: PIN }))).toEqual([403, 'pin_refused']);
  });

  it('needs a fresh sign-in to be set and to be removed, and both are in the audit log', async () => {
    const { user, token } = await sitDown();
    const isFresh = (is: boolean) =>
      database.query(
        `UPDATE wardbell.auth_session SET fresh_at = now() - make_interval(mins => $2) WHERE user_id = $1`,
        [user.id, is ? 0 : 10],
      );
    await isFresh(false);
    expect(await fail(api.auth.setPin, { token, body: { pin: PIN } })).toEqual([
      403,
      'reauthentication_required',
    ]);
    await isFresh(true);
    await setPin(token);
    await isFresh(false);
    expect(await fail(api.auth.removePin, { token })).toEqual([403, 'reauthentication_required']);
    await isFresh(true);
    expect((await ask(api.auth.removePin, { token })).status).toBe(204);
    expect((await me(token)).has_pin).toBe(false);
    const actions = (await actionsOf(user)).filter((action) => action.startsWith('auth.pin'));
    expect(actions).toEqual(['auth.pin_set', 'auth.pin_removed']);
  });

  it('is not one of those that are tried first', async () => {
    const { token } = await sitDown();
    for (const pin of ['0000', '1234', '9876', '121212', '407', '4071834071831', 'abcd']) {
      expect(await fail(api.auth.setPin, { token, body: { pin } })).toEqual([422, 'validation_failed']);
    }
  });

  it.each(['own password', 'reset by an administrator', 'deletion'])(
    'ends with a change of the account: %s',
    async (by) => {
      const { user, token } = await sitDown();
      await setPin(token);
      const pins = () => database.query('SELECT FROM wardbell.screen_pin WHERE user_id = $1', [user.id]);
      expect(await pins()).toHaveLength(1);
      const { token: admin } = tenant.admin;
      const password = 'violet tractors hum softly';
      if (by === 'own password') {
        const body = { current_password: user.password, new_password: password };
        expect((await ask(api.auth.password, { token, body })).status).toBe(204);
      } else if (by === 'deletion') await ask(api.users.remove, { token: admin, id: user.id });
      else await succeed(api.users.update, { token: admin, id: user.id, body: { password } });
      expect(await pins()).toEqual([]);
    },
  );

  it('is nowhere in the database as it was entered, and its hash cannot be checked with what is there', async () => {
    const { user, token } = await sitDown();
    await setPin(token);
    const [row] = await database.query<{ hash: string }>(
      'SELECT hash FROM wardbell.screen_pin WHERE user_id = $1',
      [user.id],
    );
    const hash = row?.hash ?? '';
    expect(hash).toMatch(/^\$argon2id\$/);
    expect(await verify(hash, PIN)).toBe(false);
    expect(hash).not.toContain(PIN);
  });

  it('is nothing that people of an identity provider have', async () => {
    const token = await mintToken({ role: 'clinician', tenantId: tenant.id });
    expect((await me(token)).has_pin).toBeNull();
    expect(await fail(api.auth.setPin, { token, body: { pin: PIN } })).toEqual([409, 'external_account']);
    expect(await fail(api.auth.removePin, { token })).toEqual([409, 'external_account']);
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
