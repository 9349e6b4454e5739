import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IntegrationKeyCreated, MAX_PUBLISH_BYTES, PublishedEvent, RESERVED_TYPES } from '@wardbell/contract';
import { CloudEvent, HTTP } from 'cloudevents';
import { z } from 'zod';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { describeWith } from '../../support/programs.js';
import { connect, type TestSocket } from '../../support/socket.js';
import { type Clinic, committedEvents, count, createClinic } from '../http/harness.js';

useServer();
const Batch = z.object({ data: z.array(PublishedEvent) });
const Problem = z.object({
  code: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

interface Posted {
  readonly status: number;
  readonly body: unknown;
}

/** POST /events with exactly these bytes. */
async function post(
  token: string,
  text: string,
  contentType = 'application/json',
  headers: Readonly<Record<string, string>> = {},
): Promise<Posted> {
  const response = await fetch(`${server.url}/api/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': contentType, ...headers },
    body: text,
  });
  return { status: response.status, body: await response.json() };
}

const json = (token: string, body: unknown) => post(token, JSON.stringify(body));
const structured = (token: string, event: object) =>
  post(token, JSON.stringify(event), 'application/cloudevents+json');
const batch = (token: string, events: readonly object[]) =>
  post(token, JSON.stringify(events), 'application/cloudevents-batch+json');
const cloudEvent = (change: object = {}) => ({
  specversion: '1.0',
  id: randomUUID(),
  source: '/lab',
  type: 'lab.result',
  data: { order: 7 },
  ...change,
});
const published = ({ status, body }: Posted) => {
  expect([status, body]).toEqual([201, expect.anything()]);
  return PublishedEvent.parse(body);
};
const problem = ({ status, body }: Posted): [number, string, string[]] => {
  const { code, errors = [] } = Problem.parse(body);
  return [status, code, errors.map(({ path }) => path)];
};

describe('POST /events', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic();
  });
  const sockets: TestSocket[] = [];
  afterAll(() => Promise.all(sockets.map((socket) => socket.close())));
  const watch = async (token: string, query: Readonly<Record<string, string>> = {}) => {
    const socket = await connect(server.wsUrl, { token, query });
    sockets.push(socket);
    return socket;
  };

  it('publishes one event, which reaches the sockets of the tenant with the same id and number', async () => {
    const socket = await watch(clinic.frontDesk);
    const event = published(await json(clinic.admin, { type: 'task_updated', data: { task_id: 7 } }));
    const frame = await socket.waitFor('task_updated');
    expect(frame).toMatchObject({
      id: event.id,
      seq: event.seq,
      timestamp: event.timestamp,
      data: { task_id: 7 },
    });
    expect(frame['cloud_event']).toBeUndefined();
  });

  it('publishes a batch with consecutive numbers in the order of the request', async () => {
    const events = Array.from({ length: 500 }, (_, n) => ({ type: 'counted', data: { n } }));
    const answer = await json(clinic.admin, { events });
    expect(answer.status).toBe(201);
    const { data } = Batch.parse(answer.body);
    const first = data[0]?.seq ?? 0;
    expect(data.map(({ seq }) => seq)).toEqual(events.map((_, n) => first + n));
    const log = await committedEvents(clinic.id);
    expect(log.filter(({ type }) => type === 'counted').map(({ data: sent }) => sent['n'])).toEqual(
      events.map(({ data: sent }) => sent.n),
    );
  });

  it('publishes all events of a batch or none', async () => {
    const before = await committedEvents(clinic.id);
    const events = [
      { type: 'good', data: {} },
      { type: 'user_status', data: {} },
    ];
    expect(problem(await json(clinic.admin, { events }))).toEqual([422, 'reserved_type', ['events.1.type']]);
    expect(problem(await batch(clinic.admin, [cloudEvent(), cloudEvent({ id: '' })]))).toEqual([
      422,
      'validation_failed',
      ['1.id'],
    ]);
    expect(await committedEvents(clinic.id)).toEqual(before);
  });

  it('takes 1 to 500 events in a batch', async () => {
    expect(problem(await json(clinic.admin, { events: [] }))[0]).toBe(422);
    const many = Array.from({ length: 501 }, () => ({ type: 'x', data: {} }));
    expect(problem(await json(clinic.admin, { events: many }))[0]).toBe(422);
    expect(problem(await batch(clinic.admin, []))[0]).toBe(422);
    expect(problem(await batch(clinic.admin, many.map(() => cloudEvent()).slice(0, 501)))[0]).toBe(422);
  });

  it('keeps every digit of numbers, live, in a replay and in GET /events', async () => {
    const live = await watch(clinic.clinician);
    const numbers = '"big":9007199254740993,"money":1.10,"long":123456789012345678901234567890';
    const event = published(await post(clinic.admin, `{"type":"precise","data":{${numbers}}}`));
    await live.waitFor('precise');
    const replayed = await watch(clinic.clinician, {
      since: String(event.seq - 1),
      epoch: String(Reflect.get(live.frames[0]?.data ?? {}, 'epoch')),
    });
    await replayed.waitFor('precise');
    const page = await fetch(`${server.url}/api/v1/events?since=${event.seq - 1}`, {
      headers: { authorization: `Bearer ${clinic.admin}` },
    });
    const texts = [
      live.texts.find((text) => text.includes('"precise"')),
      replayed.texts.find((text) => text.includes('"precise"')),
      await page.text(),
    ];
    for (const text of texts) {
      for (const number of ['9007199254740993', '1.10', '123456789012345678901234567890'])
        expect(text).toContain(number);
    }
    expect(texts[0]).toBe(texts[1]);
  });

  it('gives an event with an audience to those users or roles alone, and to no super admin', async () => {
    const chosen = await watch(clinic.clinician);
    const other = await watch(clinic.frontDesk);
    published(await json(clinic.admin, { type: 'for_some', data: {}, audience: { roles: ['clinician'] } }));
    published(await json(clinic.admin, { type: 'for_all', data: {} }));
    await Promise.all([chosen.waitFor('for_all'), other.waitFor('for_all')]);
    expect(chosen.frames.some(({ type }) => type === 'for_some')).toBe(true);
    expect(other.frames.some(({ type }) => type === 'for_some')).toBe(false);
  });

  it.each([
    [{ users: ['a'] }],
    [{ user_ids: [] }],
    [{ roles: ['nurse'] }],
    [{ user_ids: ['a'], roles: ['clinician'] }],
    ['all'],
  ])('refuses the audience %j', async (audience) => {
    expect(problem(await json(clinic.admin, { type: 'x', data: {}, audience }))[0]).toBe(422);
  });

  it.each([...RESERVED_TYPES])('refuses the reserved type %s', async (type) => {
    expect(problem(await json(clinic.admin, { type, data: {} }))).toEqual([422, 'reserved_type', ['type']]);
  });

  it.each([
    ['a type that is no name', { type: '7up', data: {} }, 'type'],
    ['data that is no object', { type: 'x', data: [1] }, 'data'],
    ['no data', { type: 'x' }, 'data'],
    ['data over 64 KiB', { type: 'x', data: { text: 'x'.repeat(64 * 1024) } }, 'data'],
  ])('refuses %s', async (_, body, path) => {
    expect(problem(await json(clinic.admin, body))).toEqual([422, 'validation_failed', [path]]);
  });

  it('refuses data that would be a large text once its numbers are written out', async () => {
    const numbers = Array.from({ length: 500 }, () => '1e9999').join(',');
    expect(problem(await post(clinic.admin, `{"type":"x","data":{"n":[${numbers}]}}`))).toEqual([
      422,
      'validation_failed',
      ['data'],
    ]);
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    expect(problem(await post(clinic.admin, `{"type":"x","data":{"n":${deep}}}`))[0]).toBe(400);
  });

  it('is for tenant admins: clinicians and the front desk get 403', async () => {
    for (const token of [clinic.clinician, clinic.frontDesk])
      expect(problem(await json(token, { type: 'x', data: {} }))).toEqual([403, 'forbidden', []]);
  });

  it('takes a legal batch that is far over the limit of other routes, and answers 413 beyond its own', async () => {
    const text = 'x'.repeat(60 * 1024);
    const events = Array.from({ length: 17 }, () => ({ type: 'large', data: { text } }));
    expect((await json(clinic.admin, { events })).status).toBe(201);
    const tooLarge = await post(clinic.admin, `"${'x'.repeat(MAX_PUBLISH_BYTES)}"`);
    expect(problem(tooLarge).slice(0, 2)).toEqual([413, 'payload_too_large']);
  });

  it('judges the caller before it reads a large body', async () => {
    const large = `{"type":"x","data":{"text":"${'x'.repeat(2 * 1024 * 1024)}"}}`;
    const response = await fetch(`${server.url}/api/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer x.y.z' },
      body: large,
    });
    expect(response.status).toBe(401);
  });

  it('answers 400 to what is no JSON and 415 to another media type', async () => {
    expect(problem(await post(clinic.admin, '{"type":'))).toEqual([400, 'malformed_request', []]);
    expect(problem(await post(clinic.admin, ''))[0]).toBe(400);
    expect(problem(await post(clinic.admin, '<x/>', 'application/xml'))[0]).toBe(415);
    expect(problem(await post(clinic.admin, '{}', 'application/cloudevents+xml'))[0]).toBe(415);
    expect(problem(await post(clinic.admin, '{}', 'application/vnd.x+json'))[0]).toBe(415);
    const elsewhere = await fetch(`${server.url}/api/v1/patients`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${clinic.clinician}`,
        'content-type': 'application/cloudevents+json',
      },
      body: '{}',
    });
    expect(elsewhere.status).toBe(415);
  });

  it('publishes once under an Idempotency-Key', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const text = '{"type":"once_only","data":{"n":1}}';
    const first = await post(clinic.admin, text, 'application/json', headers);
    expect(await post(clinic.admin, text, 'application/json', headers)).toEqual(first);
    const log = await committedEvents(clinic.id);
    expect(log.filter(({ type }) => type === 'once_only')).toHaveLength(1);
  });

  it('writes who published into the log and the audit log', async () => {
    const { id } = published(await json(clinic.admin, { type: 'audited', data: {} }));
    expect(
      await count('SELECT count(*) FROM wardbell.outbox WHERE id = $1 AND actor_id IS NOT NULL', [id]),
    ).toBe(1);
    expect(
      await count(
        `SELECT count(*) FROM wardbell.audit WHERE scope = $1 AND action = 'event.publish' AND object_id = 'audited'`,
        [clinic.id],
      ),
    ).toBe(1);
  });
});

describe('CloudEvents', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic();
  });

  const frameOf = async (seq: number) => {
    const page = await call(server.url, 'GET', `/events?since=${seq - 1}&limit=1`, {
      token: clinic.admin,
    });
    return z.object({ data: z.array(z.looseObject({ type: z.string() })) }).parse(page.body).data[0];
  };

  it.each(['structured', 'binary'] as const)(
    'in %s mode come from the SDK of the CloudEvents project',
    async (mode) => {
      const event = new CloudEvent({
        type: 'org.example.sent',
        source: '/sdk',
        subject: 'käse "1" 100%',
        time: '2026-01-15T10:35:00.000Z',
        data: { n: 1 },
        plan: 'gold',
      });
      const message = mode === 'binary' ? HTTP.binary(event) : HTTP.structured(event);
      const headers = Object.fromEntries(
        Object.entries(message.headers).map(([name, value]) => [
          name.toLowerCase(),
          // the SDK leaves the encoding of headers to its user
          mode === 'binary' ? encodeURI(String(value)).replaceAll('%20', ' ') : String(value),
        ]),
      );
      const { 'content-type': contentType = '', ...rest } = headers;
      const type = contentType.includes('%') ? decodeURI(contentType) : contentType;
      const { seq, type: sentType } = published(await post(clinic.admin, String(message.body), type, rest));
      expect(sentType).toBe('org.example.sent');
      expect(await frameOf(seq)).toMatchObject({
        type: 'org.example.sent',
        data: { n: 1 },
        cloud_event: {
          id: event.id,
          source: '/sdk',
          subject: 'käse "1" 100%',
          time: '2026-01-15T10:35:00.000Z',
          plan: 'gold',
        },
      });
    },
  );

  it('carry their context in frames, live and replayed, and nothing but it', async () => {
    const live = await connect(server.wsUrl, { token: clinic.clinician });
    const event = cloudEvent({ subject: 'order/7', time: '2026-01-15T10:35:00Z', priority: 3 });
    const { seq } = published(await structured(clinic.admin, event));
    const frame = await live.waitFor('lab.result');
    const context = {
      id: event.id,
      source: '/lab',
      subject: 'order/7',
      time: '2026-01-15T10:35:00Z',
      priority: 3,
    };
    expect(frame['cloud_event']).toEqual(context);
    const replayed = await connect(server.wsUrl, {
      token: clinic.clinician,
      query: { since: String(seq - 1), epoch: String(Reflect.get(live.frames[0]?.data ?? {}, 'epoch')) },
    });
    expect((await replayed.waitFor('lab.result'))['cloud_event']).toEqual(context);
    await Promise.all([live.close(), replayed.close()]);
  });

  it('are in binary mode unquoted, then percent-decoded once', async () => {
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': '"a%22b"',
      'ce-source': '/caf%C3%A9/%2541',
      'ce-type': 'coded',
    };
    const { seq } = published(await post(clinic.admin, '{"n":1}', 'application/json', headers));
    expect(await frameOf(seq)).toMatchObject({ cloud_event: { id: 'a"b', source: '/café/%41' } });
  });

  it('in binary mode with ce-datacontenttype, or with bytes that are no UTF-8, are refused by name', async () => {
    const headers = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 't' };
    const send = (more: Record<string, string>) =>
      post(clinic.admin, '{}', 'application/json', { ...headers, ...more });
    expect(problem(await send({ 'ce-datacontenttype': 'application/json' }))).toEqual([
      422,
      'validation_failed',
      ['datacontenttype'],
    ]);
    expect(problem(await send({ 'ce-subject': '%FF' }))[2]).toEqual(['subject']);
    expect(problem(await send({ 'ce-specversion': '0.3' }))[2]).toEqual(['specversion']);
  });

  it.each([
    ['no id', { id: undefined }, 'id'],
    ['an empty id', { id: '' }, 'id'],
    ['no source', { source: undefined }, 'source'],
    ['an empty source', { source: '' }, 'source'],
    ['no type', { type: undefined }, 'type'],
    ['an empty type', { type: '' }, 'type'],
    ['another version', { specversion: '1.1' }, 'specversion'],
    ['no version', { specversion: undefined }, 'specversion'],
    ['data_base64', { data: undefined, data_base64: 'e30=' }, 'data_base64'],
    ['data that is no object', { data: 'text' }, 'data'],
    ['no data', { data: undefined }, 'data'],
    ['data over 64 KiB', { data: { text: 'x'.repeat(65_536) } }, 'data'],
    ['users and roles at once', { audienceusers: 'a', audienceroles: 'clinician' }, 'audienceroles'],
    ['a role that is none', { audienceroles: 'nurse' }, 'audienceroles'],
  ])('with %s are 422 and the attribute is named', async (_, change, path) => {
    expect(problem(await structured(clinic.admin, cloudEvent(change)))).toEqual([
      422,
      'validation_failed',
      [path],
    ]);
  });

  it('of a reserved type are refused', async () => {
    expect(problem(await structured(clinic.admin, cloudEvent({ type: 'patient_created' })))[1]).toBe(
      'reserved_type',
    );
  });

  it('have media types that are compared without case', async () => {
    const answer = await post(
      clinic.admin,
      JSON.stringify([cloudEvent()]),
      'Application/CloudEvents-Batch+JSON; Charset=UTF-8',
    );
    expect(answer.status).toBe(201);
    expect(Batch.parse(answer.body).data).toHaveLength(1);
  });

  it('name their audience in the extensions audienceusers and audienceroles', async () => {
    const chosen = await connect(server.wsUrl, { token: clinic.clinician });
    const other = await connect(server.wsUrl, { token: clinic.frontDesk });
    const { seq } = published(
      await structured(
        clinic.admin,
        cloudEvent({ type: 'chosen', audienceroles: 'clinician, tenant_admin' }),
      ),
    );
    published(await json(clinic.admin, { type: 'end', data: {} }));
    await Promise.all([chosen.waitFor('end'), other.waitFor('end')]);
    expect(chosen.frames.some(({ type }) => type === 'chosen')).toBe(true);
    expect(other.frames.some(({ type }) => type === 'chosen')).toBe(false);
    expect(await frameOf(seq)).toMatchObject({
      cloud_event: expect.not.objectContaining({ audienceroles: expect.anything() }),
    });
    await Promise.all([chosen.close(), other.close()]);
  });

  it('are taken once: a repetition answers 200 with the first answer', async () => {
    const event = cloudEvent();
    const first = await structured(clinic.admin, event);
    const again = await structured(clinic.admin, { ...event, data: { other: true } });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    // another source is another event
    expect((await structured(clinic.admin, { ...event, source: '/other' })).status).toBe(201);
  });

  it('are taken once while the first is under way', async () => {
    const event = cloudEvent({ type: 'raced' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => structured(clinic.admin, event)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const log = await committedEvents(clinic.id);
    expect(log.filter(({ type }) => type === 'raced')).toHaveLength(1);
  });

  it('of a batch are judged one by one: 201 if any is new, 200 if none is', async () => {
    const [old, fresh] = [cloudEvent(), cloudEvent()];
    const first = published(await structured(clinic.admin, old));
    const mixed = await batch(clinic.admin, [fresh, old, fresh]);
    expect(mixed.status).toBe(201);
    const { data } = Batch.parse(mixed.body);
    expect(data[1]).toEqual(first);
    expect(data[2]).toEqual(data[0]);
    expect(data[0]?.seq).toBeGreaterThan(first.seq);
    const repeated = await batch(clinic.admin, [fresh, old, fresh]);
    expect([repeated.status, repeated.body]).toEqual([200, mixed.body]);
  });

  it('are new again after 24 hours', async () => {
    const event = cloudEvent();
    const first = published(await structured(clinic.admin, event));
    await database.query(
      `UPDATE wardbell.publication SET created_at = created_at - interval '24 hours 1 second' WHERE id = $1`,
      [first.id],
    );
    const second = published(await structured(clinic.admin, event));
    expect(second.seq).toBeGreaterThan(first.seq);
    expect((await structured(clinic.admin, event)).body).toEqual(second);
  });

  it('of one tenant say nothing of those of another', async () => {
    const other = await createClinic();
    const event = cloudEvent();
    published(await structured(clinic.admin, event));
    published(await structured(other.admin, event));
  });
});

describeWith('curl', 'docs/integrators.md', () => {
  it('has examples that work as they stand there', async () => {
    const clinic = await createClinic();
    const blocks = [...readFileSync('docs/integrators.md', 'utf8').matchAll(/```sh\n(curl[\s\S]*?)```/g)];
    const [makeKey = '', ...examples] = blocks.map(([, script = '']) => script);
    const run = async (script: string, key = '') => {
      const { stdout } = await promisify(execFile)('sh', ['-ec', script], {
        env: {
          PATH: process.env['PATH'],
          WARDBELL: server.url,
          ADMIN_TOKEN: clinic.admin,
          KEY: key,
        },
      });
      return stdout;
    };
    const { key } = IntegrationKeyCreated.parse(JSON.parse(await run(makeKey)));
    for (const script of examples) await run(script, key);
    const log = await committedEvents(clinic.id);
    const published = log.filter(({ type }) => type !== 'gateway_status_change');
    expect(published.map(({ data }) => data['task_id'] ?? data['order'])).toEqual([7, 8, 9, 7, 8, 9]);
  });
});
