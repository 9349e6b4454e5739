import { beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { decodeProtectedHeader } from 'jose';
import { server, startAnother, useServer } from '../../support/fixture.js';
import { JWT_SECRET, type RunningServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { createTenant, type TestTenant } from '../../support/tenant.js';
import { Browser } from './cookies.js';
import { ask, fail, succeed } from './harness.js';

const NEXT = 'the next secret of the test run is long enough too';
const PATIENT = { first_name: 'Ada', last_name: 'Example' };
/** An IPv6 network for each count of failures, as a proxy would tell it. */
const address = (network: number) => ({ 'x-forwarded-for': `2001:db8:0:${network}::1` });

useServer({ env: { TRUSTED_PROXIES: '127.0.0.1' } });

describe('Another JWT_SECRET', () => {
  let tenant: TestTenant;
  /** All know both secrets; the first signs with the old one, the second with the new one. */
  let [before, during, after]: RunningServer[] = [];
  beforeAll(async () => {
    tenant = await createTenant(server);
    before = await startAnother({ JWT_SECRET: `old:${JWT_SECRET},new:${NEXT}` });
    during = await startAnother({ JWT_SECRET: `new:${NEXT},old:${JWT_SECRET}` });
    after = await startAnother({ JWT_SECRET: `new:${NEXT}` });
  });
  const status = async (at: RunningServer | undefined, token: string) =>
    (await ask(api.auth.me, { at: at ?? server, token })).status;

  it('signs when it is the first, and verifies in every place of the list', async () => {
    const user = await tenant.addUser('clinician');
    const tokenOf = (at: RunningServer = server) =>
      new Browser(at, address(1)).signIn(user.email, user.password);
    const tokens = await Promise.all([tokenOf(), tokenOf(before), tokenOf(during), tokenOf(after)]);
    expect(tokens.map((token) => decodeProtectedHeader(token).kid)).toEqual([undefined, 'old', 'new', 'new']);
    for (const [at, expected] of [
      [server, [200, 200, 401, 401]],
      [before, [200, 200, 200, 200]],
      [during, [200, 200, 200, 200]],
      [after, [401, 401, 200, 200]],
    ] as const)
      expect(await Promise.all(tokens.map((token) => status(at, token)))).toEqual(expected);
    const [withoutKid = ''] = tokens;
    const socket = await connect((during ?? server).wsUrl, { token: withoutKid });
    await socket.close();
  });

  it('leaves people signed in, and their browsers known', async () => {
    const user = await tenant.addUser('clinician');
    const browser = new Browser(server, address(2));
    await browser.signIn(user.email, user.password);
    const { cookie, known } = browser;
    const at = (instance: RunningServer | undefined, network: number) => {
      const same = new Browser(instance ?? server, address(network));
      same.cookie = cookie;
      same.known = known;
      return same;
    };
    expect((await at(during, 2).refresh()).status).toBe(200);
    // a network that has guessed too often is let in from a known browser only
    const guess = new Browser(server, address(3));
    for (let guesses = 0; guesses < 10; guesses++)
      await guess.post('login', { email: user.email, password: 'a wrong guess' });
    const login = async (instance: RunningServer | undefined) =>
      (await at(instance, 3).post('login', { email: user.email, password: user.password })).status;
    expect(await login(after)).toBe(429);
    expect(await login(during)).toBe(200);
  });

  it('leaves cursors and Idempotency-Keys valid while the old one is in the list', async () => {
    const { token } = await tenant.addUser('clinician');
    for (let made = 0; made < 3; made++) await succeed(api.patients.create, { token, body: PATIENT });
    const { next } = await succeed(api.patients.list, { token, query: { limit: 1 } });
    const headers = { 'idempotency-key': 'once' };
    const first = await succeed(api.patients.create, { token, body: PATIENT, headers });
    const list = (at: RunningServer | undefined, bearer: string) => ({
      at: at ?? server,
      token: bearer,
      query: { limit: 1, after: String(next) },
    });
    expect((await succeed(api.patients.list, list(during, token))).data).toHaveLength(1);
    const again = { at: during ?? server, token, headers };
    expect(await succeed(api.patients.create, { ...again, body: PATIENT })).toEqual(first);
    expect(await fail(api.patients.create, { ...again, body: { ...PATIENT, last_name: 'Other' } })).toEqual([
      422,
      'idempotency_mismatch',
    ]);
    const user = await tenant.addUser('clinician');
    const later = await new Browser(after ?? server, address(4)).signIn(user.email, user.password);
    expect(await fail(api.patients.list, list(after, later))).toEqual([422, 'validation_failed']);
  });

  it('is refused at the start where one is too short, in one line that shows none', async () => {
    const refused = await startAnother({ JWT_SECRET: `new:${NEXT},old:short` }).catch(String);
    expect(refused).toContain('JWT_SECRET must be at least 32 bytes long');
    expect(refused).toContain('kid:secret,kid:secret');
    expect(refused).not.toContain(NEXT);
  });
});
