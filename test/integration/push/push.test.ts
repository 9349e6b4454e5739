import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { api, PushPayload, type TenantRole } from '@wardbell/contract';
import { z } from 'zod';
import { database, instances, server, startAnother, useServer } from '../../support/fixture.js';
import { type Browser, type Push, type PushService, startPushService } from '../../support/push-service.js';
import { createTenant, must, type TestTenant } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { eventually, scaled, WAIT_MS } from '../../support/wait.js';
import { ask, succeed } from '../http/harness.js';
import { scrape } from '../ws/scrape.js';

const ALLOWED = { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8' };

const Created = z.object({ id: z.string() });

describe('Web Push', () => {
  useServer({ env: ALLOWED, instances: 2 });
  let push: PushService;
  let tenant: TestTenant;
  /** Of this test alone. */
  let person: { readonly id: string; readonly token: string };
  beforeAll(async () => {
    tenant = await createTenant(server);
  });
  beforeEach(async () => {
    push = await startPushService();
    person = await newPerson();
    closing.push(push);
  });
  afterAll(async () => {
    await Promise.all(closing.map((each) => each.close()));
  });
  const closing: PushService[] = [];

  /** Somebody of single sign-on. */
  const newPerson = async (role: TenantRole = 'clinician') => {
    const id = randomUUID();
    return { id, token: await mintToken({ role, tenantId: tenant.id, sub: id }) };
  };
  const subscribe = async (
    { token } = person,
    browser?: Browser,
  ): Promise<Browser & { readonly id: string }> => {
    const { public_key } = await succeed(api.push.key, { token });
    const subscribed = browser ?? (await push.subscribe(public_key));
    const { id } = await succeed(api.push.subscribe, { token, body: subscribed.subscription });
    return { ...subscribed, id };
  };
  const notify = async (body: object = {}, userIds: readonly string[] = [person.id]): Promise<string> => {
    const { id } = await must(Created, server, 'POST', '/notifications', {
      token: tenant.admin.token,
      body: { message: 'Potassium of Ada Secret is 6.9', audience: { user_ids: userIds }, ...body },
    });
    return id;
  };
  const payloadOf = ({ text }: Push): PushPayload => PushPayload.strict().parse(JSON.parse(text));
  const subscriptions = async (): Promise<number> =>
    (await database.query('SELECT FROM wardbell.push_subscription WHERE user_id = $1', [person.id])).length;
  const queued = async (notice: string): Promise<number> =>
    (await database.query('SELECT FROM wardbell.push_message WHERE notice_id = $1', [notice])).length;

  it('reaches the browser encrypted and signed, and says nothing of the notice but its id', async () => {
    const browser = await subscribe();
    const notice = await notify({ title: 'Ada Secret' });
    const [message] = await push.received(1);
    if (!message) throw new Error('no message');
    expect(payloadOf(message)).toEqual({ title: 'New message in Wardbell', notice_id: notice });
    expect(message.browser.subscription).toEqual(browser.subscription);
    expect(message.headers).toMatchObject({ urgency: 'normal', 'content-encoding': 'aes128gcm' });
    expect(Number(message.headers['ttl'])).toBeGreaterThan(86_000);
    expect(Number(message.headers['ttl'])).toBeLessThanOrEqual(86_400);
    for (const text of [message.bytes.toString('latin1'), JSON.stringify(message.headers)])
      expect(text).not.toMatch(/Ada|Secret|Potassium/);
    await eventually(async () => (await queued(notice)) === 0);
    expect(push.requests).toHaveLength(1);
  });

  it('is urgent and worth its step when an acknowledgement is needed, and comes again with each step and repetition', async () => {
    await subscribe();
    const withinS = Math.ceil(Math.min(scaled(3_000), WAIT_MS / 3) / 1_000); // sent before it is over
    const notice = await notify({
      requires_ack: {
        within_s: withinS,
        steps: [{ to: { user_ids: [person.id] }, within_s: 600 }],
      },
    });
    const [first, second] = await push.received(2);
    expect(first?.headers).toMatchObject({ urgency: 'high' });
    expect(Number(first?.headers['ttl'])).toBeLessThanOrEqual(withinS);
    expect(Number(second?.headers['ttl'])).toBeGreaterThan(590);
    expect(Number(second?.headers['ttl'])).toBeLessThanOrEqual(600);
    expect(second?.headers['topic']).toBe(first?.headers['topic']);
    // the time of the step is over: the admins are told, and this is nobody's of them
    await database.query('UPDATE wardbell.notice SET due_at = now() WHERE id = $1', [notice]);
    await eventually(async () => {
      const [row] = await database.query<{ step: number }>('SELECT step FROM wardbell.notice WHERE id = $1', [
        notice,
      ]);
      return row?.step === 2;
    });
    expect(push.pushes).toHaveLength(2);
  });

  it('is worth no longer than the notice, and is marked as a drill when it is one', async () => {
    await subscribe();
    await notify({ test: true, expires_at: new Date(Date.now() + 60_000).toISOString() });
    const [message] = await push.received(1);
    expect(message && payloadOf(message).title).toBe('Test message in Wardbell');
    expect(Number(message?.headers['ttl'])).toBeLessThanOrEqual(60);
  });

  it('has one key for all instances, and the same id for the same browser of the same person', async () => {
    const keys = await Promise.all(instances.map((at) => succeed(api.push.key, { at, token: person.token })));
    expect(keys[1]).toEqual(keys[0]);
    const browser = await subscribe();
    expect((await subscribe(person, browser)).id).toBe(browser.id);
    expect(await subscriptions()).toBe(1);
  });

  it('goes to whoever signed in last at a browser, also in another clinic, and not to the one before', async () => {
    const browser = await subscribe();
    const other = await newPerson();
    const taken = await subscribe(other, browser);
    expect(taken.id).not.toBe(browser.id);
    expect(await subscriptions()).toBe(0);
    await notify();
    const notice = await notify({}, [other.id]);
    const [message] = await push.received(1);
    expect(message && payloadOf(message).notice_id).toBe(notice);

    const elsewhere = await createTenant(server);
    await subscribe(elsewhere.clinician, browser);
    const left = await database.query(
      'SELECT tenant_id::text FROM wardbell.push_subscription WHERE endpoint = $1',
      [browser.subscription.endpoint],
    );
    expect(left).toEqual([{ tenant_id: elsewhere.id }]);
  });

  it('deletes the subscription of a browser that is gone', async () => {
    const browser = await subscribe();
    browser.expire();
    const notice = await notify();
    await eventually(async () => (await subscriptions()) === 0);
    expect(await queued(notice)).toBe(0);
    expect(push.requests).toHaveLength(1);
  });

  it.each([404, 410])('deletes the subscription that a push service answers with %i', async (status) => {
    await subscribe();
    push.answer(status);
    await notify();
    await eventually(async () => (await subscriptions()) === 0);
  });

  it.each([429, 500, 503])('is repeated after a %i until the push service takes it', async (status) => {
    await subscribe();
    push.answer(status, { 'retry-after': '1' });
    const notice = await notify();
    await eventually(() => push.requests.length >= 2);
    expect(push.pushes).toHaveLength(0);
    push.answer(undefined);
    const [message] = await push.received(1);
    expect(message && payloadOf(message).notice_id).toBe(notice);
    await eventually(async () => (await queued(notice)) === 0);
  });

  it('is given up when its time is over', async () => {
    await subscribe();
    push.answer(503);
    const notice = await notify({
      expires_at: new Date(Date.now() + Math.min(scaled(4_000), WAIT_MS / 3)).toISOString(),
    });
    await eventually(() => push.requests.length >= 1);
    await eventually(async () => (await queued(notice)) === 0);
    push.answer(undefined);
    expect(push.pushes).toHaveLength(0);
    expect(await subscriptions()).toBe(1);
  });

  it('keeps quiet in quiet hours unless an acknowledgement is needed', async () => {
    await subscribe();
    await succeedEmpty('PUT', '/notifications/preferences', person.token, {
      quiet_hours: { from: '00:00', to: '23:59', time_zone: 'Europe/Berlin' },
      sound: true,
      desktop: true,
    });
    const quiet = await notify();
    await eventually(async () => (await queued(quiet)) === 0);
    const loud = await notify({ requires_ack: { within_s: 60 } });
    const [message] = await push.received(1);
    expect(message && payloadOf(message).notice_id).toBe(loud);
    expect(push.pushes).toHaveLength(1);
  });

  it('reaches nobody who is blocked or disabled, or has signed out; an idle session is no reason', async () => {
    await subscribe();
    push.answer(503);
    await notify();
    await eventually(() => push.requests.length > 0);
    await succeedEmpty('PUT', `/users/external/${person.id}/block`, tenant.admin.token);
    await eventually(async () => (await subscriptions()) === 0);
    push.answer(undefined);
    expect(push.pushes).toHaveLength(0);
    await succeedEmpty('DELETE', `/users/external/${person.id}/block`, tenant.admin.token);

    const user = await tenant.addUser('clinician');
    await subscribe(user);
    await database.query(
      `UPDATE wardbell.auth_session SET revoked_at = now(), revoked_why = 'idle' WHERE user_id = $1`,
      [user.id],
    );
    await notify({}, [user.id]);
    await push.received(1);

    const other = await tenant.addUser('clinician');
    await subscribe(other);
    await succeedEmpty('POST', '/auth/logout', other.token);
    const ofOther = await database.query('SELECT FROM wardbell.push_subscription WHERE user_id = $1', [
      other.id,
    ]);
    expect(ofOther).toEqual([]);
    expect(push.pushes).toHaveLength(1);
  });

  it('is deleted by its person alone', async () => {
    const browser = await subscribe();
    const colleague = await newPerson();
    expect((await ask(api.push.unsubscribe, { token: colleague.token, id: browser.id })).status).toBe(404);
    expect((await ask(api.push.unsubscribe, { token: person.token, id: browser.id })).status).toBe(204);
    expect((await ask(api.push.unsubscribe, { token: person.token, id: browser.id })).status).toBe(404);
    await notify();
    expect(await subscriptions()).toBe(0);
  });

  it('refuses addresses as webhooks do, keys that are none and another form', async () => {
    const { subscription } = await subscribe();
    const { keys } = subscription;
    const wrong: readonly object[] = [
      { ...subscription, endpoint: 'https://10.0.0.1/push' },
      { ...subscription, endpoint: 'https://169.254.169.254/latest' },
      { ...subscription, endpoint: 'https://[::1]/push' },
      { ...subscription, endpoint: 'ftp://push.example/' },
      { ...subscription, keys: { ...keys, p256dh: `B${'A'.repeat(86)}` } },
      { ...subscription, keys: { ...keys, auth: 'short' } },
      { endpoint: subscription.endpoint },
    ];
    for (const body of wrong) {
      const { status } = await ask(api.push.subscribe, { token: person.token, body });
      expect([body, status]).toEqual([body, 422]);
    }
  });

  it('counts outcomes, and no push service, person or tenant is a label', async () => {
    await subscribe();
    await notify();
    await push.received(1);
    await eventually(async () => {
      const samples = await Promise.all(instances.map(scrape));
      return samples.some((of) => of('push_messages_total', { outcome: 'sent' }) > 0);
    });
  });

  it('is sent by another instance when the one that had taken it was killed', async () => {
    const doomed = await startAnother(ALLOWED);
    await subscribe();
    const release = push.hold();
    await Promise.all(instances.map(({ process }) => process.kill('SIGSTOP')));
    let notice = '';
    try {
      notice = (
        await must(Created, doomed, 'POST', '/notifications', {
          token: tenant.admin.token,
          body: { message: 'hello', audience: { user_ids: [person.id] } },
        })
      ).id;
      await eventually(() => push.requests.length === 1);
      await doomed.kill('SIGKILL');
    } finally {
      for (const { process } of instances) process.kill('SIGCONT');
    }
    release();
    await eventually(async () => (await queued(notice)) === 0, { timeoutMs: 60_000 });
    expect(push.requests.length).toBeGreaterThanOrEqual(2);
    expect(push.pushes.every((each) => payloadOf(each).notice_id === notice)).toBe(true);
  });

  const succeedEmpty = async (method: string, path: string, token: string, body?: object): Promise<void> => {
    await must(z.unknown(), server, method, path, { token, ...(body === undefined ? {} : { body }) });
  };
});

describe('Web Push of a server that permits no other network', () => {
  useServer();

  it('sends nothing to an address on its own side', async () => {
    const push = await startPushService();
    const tenant = await createTenant(server);
    const { token } = tenant.clinician;
    const { public_key } = await succeed(api.push.key, { token });
    const { subscription } = await push.subscribe(public_key);
    expect((await ask(api.push.subscribe, { token, body: subscription })).status).toBe(422);
    // a name that resolves to it is found out when the message is sent
    await succeed(api.push.subscribe, {
      token,
      body: { ...subscription, endpoint: 'https://push.example.test/one' },
    });
    await database.query('UPDATE wardbell.push_subscription SET endpoint = $1', [subscription.endpoint]);
    await must(Created, server, 'POST', '/notifications', {
      token: tenant.admin.token,
      body: { message: 'hello' },
    });
    await eventually(async () => (await scrape(server))('push_messages_total', { outcome: 'refused' }) === 1);
    expect(push.requests).toHaveLength(0);
    await push.close();
  });
});
