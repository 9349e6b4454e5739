import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { api, Webhook } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { hasProgram } from '../../support/program.js';
import { describeWith } from '../../support/programs.js';
import { eventually } from '../../support/wait.js';
import { type Receiver, startReceiver, verdicts } from '../../support/webhook-receiver.js';
import {
  ask,
  type Clinic,
  committedEvents,
  createClinic,
  fail,
  registerPatient,
  succeed,
} from '../http/harness.js';
import { scrape } from '../ws/scrape.js';
import { attemptWhere, createWebhook, delayS, passDelay, publish } from './support.js';

const dir = mkdtempSync(join(tmpdir(), 'wardbell-webhooks-'));
const [certPath, keyPath] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
if (hasProgram('openssl')) {
  execFileSync(
    'openssl',
    `req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 1 -subj /CN=localhost
     -addext subjectAltName=DNS:localhost -keyout ${keyPath} -out ${certPath}`.split(/\s+/),
    { stdio: 'ignore' },
  );
}
afterAll(() => rmSync(dir, { recursive: true, force: true }));

useServer({ env: { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8', NODE_EXTRA_CA_CERTS: certPath } });

let clinic: Clinic;
let receiver: Receiver;
beforeAll(async () => {
  clinic = await createClinic();
});
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  await database.query('DELETE FROM wardbell.webhook');
  await receiver.close();
});

const typesOf = ({ deliveries }: Receiver) => deliveries.map(({ message }) => message.type);
const numbersOf = ({ deliveries }: Receiver) => deliveries.map(({ message }) => message.seq);
const read = (id: string) => succeed(api.webhooks.get, { token: clinic.admin, id });
/** Waits until a webhook has passed the newest event. */
const caughtUp = (id: string) =>
  eventually(async () => {
    const { position } = await read(id);
    return position === (await committedEvents(clinic.id)).at(-1)?.seq;
  });

describe('A webhook', () => {
  it('gets every event after its creation in order, signed so that independent libraries accept it', async () => {
    await publish(clinic, [{ data: { before: true } }]);
    const { id, secret } = await createWebhook(clinic, receiver.url);
    const seqs = await publish(clinic, [{ data: { n: 9 } }, { type: 'lab.result' }, { data: { n: 10 } }]);
    await receiver.received(3);
    await caughtUp(id);
    expect(numbersOf(receiver)).toEqual(seqs);
    for (const delivery of receiver.deliveries) {
      expect(verdicts(delivery, secret)).toEqual([true, true]);
      expect(verdicts({ ...delivery, text: `${delivery.text} ` }, secret)).toEqual([false, false]);
      expect(delivery.headers['content-type']).toBe('application/json');
    }
    const frames = await call(server.url, 'GET', `/events?since=${(seqs[0] ?? 0) - 1}`, {
      token: clinic.admin,
    });
    expect(receiver.deliveries.map(({ message }) => message)).toEqual(Object(frames.body).data);
    expect(receiver.deliveries.map(({ id: webhookId, message }) => webhookId === message['id'])).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('gets each object in the view of its payload', async () => {
    const [ids, frontDesk] = await Promise.all([startReceiver(), startReceiver()]);
    await createWebhook(clinic, receiver.url);
    await createWebhook(clinic, ids.url, { payload: 'ids' });
    await createWebhook(clinic, frontDesk.url, { payload: 'front_desk' });
    const patient = await registerPatient(clinic, { notes: 'allergic' });
    const dataAt = async (at: Receiver) => (await at.received(1))[0]?.message.data;
    expect(await dataAt(receiver)).toMatchObject({ first_name: 'Ada', notes: 'allergic' });
    expect(Object.keys((await dataAt(frontDesk)) ?? {})).not.toContain('notes');
    expect(await dataAt(frontDesk)).toMatchObject({ first_name: 'Ada' });
    expect(await dataAt(ids)).toEqual({ id: patient.id, tenant_id: clinic.id, version: 1 });
    await Promise.all([ids.close(), frontDesk.close()]);
  });

  it('gets events with an audience only where they name the role of its payload', async () => {
    const ids = await startReceiver();
    const webhook = await createWebhook(clinic, receiver.url);
    const other = await createWebhook(clinic, ids.url, { payload: 'ids' });
    await publish(clinic, [
      { type: 'to_user', audience: { user_ids: ['u1'] } },
      { type: 'to_clinicians', audience: { roles: ['clinician'] } },
      { type: 'to_front_desk', audience: { roles: ['front_desk'] } },
      { type: 'to_all' },
    ]);
    await caughtUp(webhook.id);
    await caughtUp(other.id);
    expect(typesOf(receiver)).toEqual(['to_clinicians', 'to_all']);
    expect(typesOf(ids)).toEqual(['to_all']);
    await ids.close();
  });

  it('gets the events of gateways with the payload ids alone', async () => {
    const ids = await startReceiver();
    const webhook = await createWebhook(clinic, receiver.url);
    await createWebhook(clinic, ids.url, { payload: 'ids' });
    const path = `/gateways/analyser-${Date.now()}`;
    const body = { gateway_type: 'lab', status: 'HEALTHY' };
    expect((await call(server.url, 'PUT', path, { token: clinic.admin, body })).status).toBeLessThan(300);
    expect((await ids.received(1))[0]?.message.type).toBe('gateway_status_change');
    await caughtUp(webhook.id);
    expect(receiver.deliveries).toEqual([]);
    await ids.close();
  });

  it('gets only the types that it names, and none of another tenant', async () => {
    const other = await createClinic();
    const webhook = await createWebhook(clinic, receiver.url, { types: ['wanted'] });
    await publish(other, [{ type: 'wanted' }]);
    const [, seq] = await publish(clinic, [{ type: 'unwanted' }, { type: 'wanted' }, { type: 'unwanted' }]);
    await caughtUp(webhook.id);
    expect(numbersOf(receiver)).toEqual([seq]);
  });

  it('is repeated after about 5 s with the same id, and the events behind wait for it', async () => {
    let failures = 1;
    receiver.reply(() => ({ status: failures-- > 0 ? 500 : 200 }));
    const webhook = await createWebhook(clinic, receiver.url);
    const seqs = await publish(clinic, [{}, {}]);
    const failed = await attemptWhere(clinic, webhook.id, ({ outcome }) => outcome === 'http_error');
    expect(failed).toMatchObject({ attempt: 1, status: 500, seq: seqs[0] });
    expect(delayS(failed)).toBeGreaterThan(3.9);
    expect(delayS(failed)).toBeLessThan(6.1);
    await passDelay(webhook.id);
    await receiver.received(3);
    expect(numbersOf(receiver)).toEqual([seqs[0], seqs[0], seqs[1]]);
    expect(receiver.deliveries[1]?.id).toBe(receiver.deliveries[0]?.id);
    expect(await attemptWhere(clinic, webhook.id, ({ attempt }) => attempt === 2)).toMatchObject({
      outcome: 'success',
      next_attempt_at: null,
    });
  });

  it('waits as long as Retry-After demands', async () => {
    receiver.reply(() => ({ status: 503, headers: { 'retry-after': '3600' } }));
    const webhook = await createWebhook(clinic, receiver.url);
    await publish(clinic, [{}]);
    const failed = await attemptWhere(clinic, webhook.id, () => true);
    expect(delayS(failed)).toBeGreaterThan(3_590);
    expect(delayS(failed)).toBeLessThan(3_610);
    const { next_attempt_at } = failed;
    expect(await read(webhook.id)).toMatchObject({ failed_attempts: 1, next_attempt_at });
  });

  it('is not redirected: an answer of 3xx is a failure', async () => {
    const elsewhere = await startReceiver();
    receiver.reply(() => ({ status: 307, headers: { location: elsewhere.url } }));
    const webhook = await createWebhook(clinic, receiver.url);
    await publish(clinic, [{}]);
    expect(await attemptWhere(clinic, webhook.id, () => true)).toMatchObject({
      outcome: 'http_error',
      status: 307,
    });
    expect(elsewhere.deliveries).toEqual([]);
    await elsewhere.close();
  });

  it('gets the next event after the last attempt; the dead letter can be retried and deleted', async () => {
    receiver.reply(({ message }) => ({ status: message.type === 'poison' ? 422 : 204 }));
    const webhook = await createWebhook(clinic, receiver.url);
    await publish(clinic, [{ type: 'poison', data: { n: 1 } }, { type: 'poison', data: { n: 2 } }, {}]);
    const list = () => succeed(api.deadLetters.list, { token: clinic.admin });
    // each of them after its last attempt, without the waiting
    await eventually(async () => {
      await database.query('UPDATE wardbell.webhook SET attempt = 7, next_attempt_at = now() WHERE id = $1', [
        webhook.id,
      ]);
      return (await list()).data.length === 2;
    });
    await caughtUp(webhook.id);
    expect(typesOf(receiver).at(-1)).toBe('task_updated');
    expect(
      await attemptWhere(clinic, webhook.id, ({ attempt, status }) => attempt === 8 && status === 422),
    ).toMatchObject({
      status: 422,
      next_attempt_at: null,
    });
    const [first, second] = (await list()).data;
    expect(first).toMatchObject({
      origin: 'webhook',
      reason: 'http_422',
      webhook_id: webhook.id,
      event: { type: 'poison', data: { n: 1 } },
    });
    await eventually(async () => (await scrape(server))('webhook_dead_letters_total') >= 2);
    const other = await createClinic();
    expect(await fail(api.deadLetters.retry, { token: other.admin, id: first?.id })).toEqual([
      404,
      'not_found',
    ]);
    receiver.reply(() => ({ status: 200 }));
    const before = receiver.deliveries.length;
    await ask(api.deadLetters.retry, { token: clinic.admin, id: first?.id });
    const [retried] = (await receiver.received(before + 1)).slice(before);
    expect(retried?.text).toBe(receiver.deliveries[0]?.text);
    expect(verdicts(retried ?? fails(), webhook.secret)).toEqual([true, true]);
    await eventually(async () => (await list()).data.length === 1);
    expect((await ask(api.deadLetters.remove, { token: clinic.admin, id: second?.id })).status).toBe(204);
    expect((await list()).data).toEqual([]);
  });

  it('is disabled by 410, notifies the administrators, and goes on where it was when it is enabled', async () => {
    receiver.reply(() => ({ status: 410 }));
    const webhook = await createWebhook(clinic, receiver.url, { types: ['task_updated'] });
    const [seq] = await publish(clinic, [{}]);
    const disabled = await eventually(async () => {
      const row = await read(webhook.id);
      return row.status === 'disabled' && row;
    });
    expect(disabled).toMatchObject({ disabled_reason: 'gone', next_attempt_at: null });
    const [notice] = await database.query(
      `SELECT data, audience FROM wardbell.outbox WHERE tenant_id = $1 AND type = 'system_notification'
       ORDER BY seq DESC LIMIT 1`,
      [clinic.id],
    );
    expect(notice).toMatchObject({ data: { level: 'warning' }, audience: { roles: ['tenant_admin'] } });
    receiver.reply(() => ({ status: 200 }));
    const enabled = await succeed(api.webhooks.update, {
      token: clinic.admin,
      id: webhook.id,
      body: { status: 'active' },
    });
    expect(enabled).toMatchObject({ status: 'active', disabled_reason: null });
    await receiver.received(2);
    expect(numbersOf(receiver)).toEqual([seq, seq]);
  });

  it('is disabled after 5 days without any success', async () => {
    receiver.reply(() => ({ status: 500 }));
    const webhook = await createWebhook(clinic, receiver.url);
    await publish(clinic, [{}]);
    await attemptWhere(clinic, webhook.id, () => true);
    expect((await read(webhook.id)).status).toBe('active');
    await database.query(
      `UPDATE wardbell.webhook SET failing_since = now() - interval '5 days 1 second', next_attempt_at = now()
       WHERE id = $1`,
      [webhook.id],
    );
    await eventually(async () => (await read(webhook.id)).disabled_reason === 'failing');
  });

  it('is signed with the old secret as well for 24 h after a rotation', async () => {
    const webhook = await createWebhook(clinic, receiver.url);
    const rotated = await succeed(api.webhooks.rotateSecret, { token: clinic.admin, id: webhook.id });
    await publish(clinic, [{}]);
    const [both] = await receiver.received(1);
    expect(verdicts(both ?? fails(), webhook.secret)).toEqual([true, true]);
    expect(verdicts(both ?? fails(), rotated.secret)).toEqual([true, true]);
    await database.query(
      'UPDATE wardbell.webhook_secret SET expires_at = now() WHERE expires_at IS NOT NULL',
    );
    await publish(clinic, [{}]);
    const [, after] = await receiver.received(2);
    expect(verdicts(after ?? fails(), webhook.secret)).toEqual([false, false]);
    expect(verdicts(after ?? fails(), rotated.secret)).toEqual([true, true]);
  });

  it('is sent everything again from a number on, inclusive', async () => {
    const webhook = await createWebhook(clinic, receiver.url);
    const seqs = await publish(clinic, [{}, {}, {}]);
    await receiver.received(3);
    await caughtUp(webhook.id);
    const rewound = await succeed(api.webhooks.rewind, {
      token: clinic.admin,
      id: webhook.id,
      body: { seq: seqs[1] },
    });
    expect(rewound.position).toBe(seqs[0]);
    await receiver.received(5);
    expect(numbersOf(receiver)).toEqual([...seqs, seqs[1], seqs[2]]);
    expect(
      await fail(api.webhooks.rewind, { token: clinic.admin, id: webhook.id, body: { seq: 1_000_000 } }),
    ).toEqual([422, 'validation_failed']);
  });

  it('is told to load again when retention has dropped its position', async () => {
    const webhook = await createWebhook(clinic, receiver.url);
    await succeed(api.webhooks.update, { token: clinic.admin, id: webhook.id, body: { status: 'disabled' } });
    const seqs = await publish(clinic, [{}, {}, {}]);
    await database.query('DELETE FROM wardbell.outbox WHERE tenant_id = $1 AND seq < $2', [
      clinic.id,
      seqs[2],
    ]);
    await succeed(api.webhooks.update, { token: clinic.admin, id: webhook.id, body: { status: 'active' } });
    const [notice, event] = await receiver.received(2);
    expect(notice?.message).toMatchObject({
      type: 'resync_required',
      data: { reason: 'retention', seq: seqs[1] },
    });
    expect(verdicts(notice ?? fails(), webhook.secret)).toEqual([true, true]);
    expect(event?.message.seq).toBe(seqs[2]);
  });

  it('is told to load again when the history of its position was replaced', async () => {
    const webhook = await createWebhook(clinic, receiver.url);
    await database.query('UPDATE wardbell.webhook SET epoch = gen_random_uuid() WHERE id = $1', [webhook.id]);
    const [notice] = await receiver.received(1);
    expect(notice?.message).toMatchObject({
      type: 'resync_required',
      data: { reason: 'epoch', seq: webhook.position },
    });
    const [seq] = await publish(clinic, [{}]);
    await receiver.received(2);
    expect(receiver.deliveries[1]?.message.seq).toBe(seq);
  });

  it('is tested with a message that counts as no event, also while it is disabled', async () => {
    const webhook = await createWebhook(clinic, receiver.url);
    await succeed(api.webhooks.update, { token: clinic.admin, id: webhook.id, body: { status: 'disabled' } });
    const { id } = await succeed(api.webhooks.test, { token: clinic.admin, id: webhook.id });
    const [ping] = await receiver.received(1);
    expect(ping).toMatchObject({ id, message: { type: 'ping', tenant_id: clinic.id } });
    expect(verdicts(ping ?? fails(), webhook.secret)).toEqual([true, true]);
    const attempt = await attemptWhere(clinic, webhook.id, ({ message_id }) => message_id === id);
    expect(attempt).toMatchObject({ outcome: 'success', type: 'ping', seq: null, next_attempt_at: null });
  });

  it('is refused where its URL is not allowed, and found out by name at each attempt', async () => {
    const create = (url: unknown) =>
      fail(api.webhooks.create, { token: clinic.admin, body: { url, payload: 'ids' } });
    const urls = [
      'ftp://example.org/',
      'http://user:secret@example.org/',
      'https://example.org/#x',
      'http://10.0.0.1/',
      'http://169.254.169.254/latest/meta-data',
      'http://[::1]/',
      'http://[::ffff:10.0.0.1]/',
      'nothing',
    ];
    for (const url of urls) expect([url, ...(await create(url))]).toEqual([url, 422, 'validation_failed']);
    const webhook = await createWebhook(clinic, 'http://webhooks.invalid/');
    await publish(clinic, [{}]);
    // a machine without name servers waits for them until the attempt is over
    const { outcome } = await attemptWhere(clinic, webhook.id, () => true);
    expect(['name_not_resolved', 'timeout']).toContain(outcome);
  });

  it('is managed by the administrators of its tenant alone, audited, and never shows its secret again', async () => {
    const webhook = await createWebhook(clinic, receiver.url, { description: 'Lab' });
    const other = await createClinic();
    for (const endpoint of [
      api.webhooks.get,
      api.webhooks.update,
      api.webhooks.remove,
      api.webhooks.rotateSecret,
      api.webhooks.test,
      api.webhooks.rewind,
      api.webhooks.attempts,
    ]) {
      const body =
        endpoint === api.webhooks.rewind ? { seq: 1 } : endpoint === api.webhooks.update ? {} : undefined;
      const request = { id: webhook.id, body };
      expect(await fail(endpoint, { ...request, token: other.admin })).toEqual([404, 'not_found']);
      expect(await fail(endpoint, { ...request, token: clinic.clinician })).toEqual([403, 'forbidden']);
    }
    const answer = await call(server.url, 'GET', `/webhooks/${webhook.id}`, { token: clinic.admin });
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(Webhook.parse(answer.body)).toMatchObject({ description: 'Lab', types: null, status: 'active' });
    const listed = await call(server.url, 'GET', '/webhooks', { token: clinic.admin });
    expect(JSON.stringify([answer.body, listed.body])).not.toContain('whsec_');
    const stale = {
      token: clinic.admin,
      id: webhook.id,
      body: { payload: 'ids' },
      headers: { 'if-match': '"9"' },
    };
    expect(await fail(api.webhooks.update, stale)).toEqual([412, 'version_mismatch']);
    await ask(api.webhooks.remove, { token: clinic.admin, id: webhook.id });
    expect(await fail(api.webhooks.get, { token: clinic.admin, id: webhook.id })).toEqual([404, 'not_found']);
    const rows = await database.query(
      'SELECT action FROM wardbell.audit WHERE scope = $1 AND object_id = $2 ORDER BY seq',
      [clinic.id, webhook.id],
    );
    expect(rows).toEqual([{ action: 'webhook.create' }, { action: 'webhook.delete' }]);
  });

  it('is counted by outcome, without its address in metrics or log', async () => {
    const before = await scrape(server);
    await createWebhook(clinic, receiver.url);
    await publish(clinic, [{}]);
    await eventually(async () => {
      const now = await scrape(server);
      const labels = { outcome: 'success' };
      return now('webhook_attempts_total', labels) > before('webhook_attempts_total', labels);
    });
    const { port } = new URL(receiver.url);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('webhook_lag_seconds');
    expect([metrics.includes(`:${port}`), server.output().includes(`:${port}`)]).toEqual([false, false]);
    expect(server.output()).not.toContain('whsec_');
  });
});

describeWith('openssl', 'A webhook over TLS', () => {
  it('is sent where the certificate is that of the name', async () => {
    const tls = { key: readFileSync(keyPath, 'utf8'), cert: readFileSync(certPath, 'utf8') };
    const secure = await startReceiver(tls);
    const { id, secret } = await createWebhook(clinic, secure.url);
    const [seq] = await publish(clinic, [{}]);
    const [delivery] = await secure.received(1);
    expect(delivery?.message.seq).toBe(seq);
    expect(verdicts(delivery ?? fails(), secret)).toEqual([true, true]);
    // the certificate names `localhost` alone
    const url = secure.url.replace('localhost', '127.0.0.1');
    await succeed(api.webhooks.update, { token: clinic.admin, id, body: { url } });
    await publish(clinic, [{}]);
    expect((await attemptWhere(clinic, id, ({ outcome }) => outcome !== 'success')).outcome).toBe(
      'tls_failed',
    );
    expect(secure.deliveries).toHaveLength(1);
    await secure.close();
  });
});

const fails = (): never => {
  throw new Error('nothing was delivered');
};
