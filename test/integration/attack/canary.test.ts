import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { api, ClientMessage, type Endpoint, endpoints } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { freePort } from '../../support/free-port.js';
import { type Answer, call } from '../../support/http.js';
import { fieldsOf, sample } from '../../support/sample.js';
import { connect, type TestSocket } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { type Receiver, startReceiver } from '../../support/webhook-receiver.js';
import { type Clinic, createClinic, succeed, superAdmin } from '../http/harness.js';
import { settled, tryConnect } from '../ws/handshake.js';
import { eachOf } from './support/request.js';

/** Marked so that no other text contains them. */
const CANARY = {
  name: 'Quetzalina',
  phone: '+49 170 7355608',
  note: 'xylophobia since childhood',
  password: 'vermilion-octopus-1847',
};
const MARKS = [CANARY.name, '7355608', 'xylophobia', 'vermilion-octopus'];
/** Of whoever may see neither name nor note. */
const marksIn = (text: string): string[] =>
  MARKS.filter((mark) => decode(text).toLowerCase().includes(mark.toLowerCase()));

const decode = (text: string): string => {
  try {
    return `${text} ${decodeURIComponent(text.replaceAll('+', ' '))}`;
  } catch {
    return text;
  }
};

/** Tables in which the people of a clinic write what they like, or where its events are. A mark elsewhere is a leak. */
const WRITTEN_BY_PEOPLE = new Set([
  'appointment',
  'break_glass',
  'deleted_appointment',
  'deleted_patient',
  'delivery_span', // names of types that a client asks for
  'event_type',
  'gateway',
  'idempotency', // the key itself, which the client chooses; answers are stored as ids
  'integration_key',
  'merged_patient',
  'notice',
  'patient',
  'tenant',
  'user_account',
  'webhook',
  'external_user', // the subject that somebody blocks
]);

/** What the servers export of their traces. */
let exported = '';
let collector: Server;
const port = await freePort();
beforeAll(async () => {
  collector = createServer((request, response) => {
    request.setEncoding('latin1').on('data', (text: string) => {
      exported += text;
    });
    request.on('end', () => response.setHeader('content-type', 'application/json').end('{}'));
  }).listen(port, '127.0.0.1');
  await once(collector, 'listening');
});
afterAll(() => {
  collector.close();
});

useServer({
  env: {
    LOG_LEVEL: 'debug',
    TRUSTED_PROXIES: '127.0.0.1',
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  },
});

describe('A marked name, phone, note and password, sent through every route, socket and stream', () => {
  let clinic: Clinic;
  let stranger: Clinic;
  let superToken: string;
  let patientId = '';
  let appointmentId = '';
  let receiver: Receiver;
  /** Of another clinic, of super admins, and of the front desk, which sees names and no notes. */
  const sockets = new Map<string, TestSocket>();
  const foreignAnswers: Answer[] = [];
  const refusals: Answer[] = [];

  beforeAll(async () => {
    clinic = await createClinic();
    stranger = await createClinic();
    superToken = await superAdmin();
    receiver = await startReceiver();
    await succeed(api.webhooks.create, { token: clinic.admin, body: { url: receiver.url, payload: 'ids' } });
    for (const [who, token] of Object.entries({
      stranger: stranger.clinician,
      'strange admin': stranger.admin,
      'super admin': superToken,
      'front desk': clinic.frontDesk,
    }))
      sockets.set(who, await connect(server.wsUrl, { token, headers: { 'user-agent': 'test' } }));
    sockets.get('super admin')?.send({ type: 'subscribe', log_level: 'info' });

    const made = await send(api.patients.create, clinic.clinician, { body: patientBody() });
    patientId = String(Reflect.get(Object(made.body), 'id'));
    const booked = await send(api.appointments.create, clinic.clinician, {
      body: { ...appointmentBody(), patient_id: patientId },
    });
    appointmentId = String(Reflect.get(Object(booked.body), 'id'));
    await succeed(api.notifications.create, {
      token: clinic.admin,
      body: { title: CANARY.name, message: CANARY.note, audience: { roles: ['clinician'] } },
    });
    for (const endpoint of endpoints) await everyWay(endpoint);
    await everySocket();
    for (const socket of sockets.values()) await settled(socket);
    // the last of what it was asked is in the log
    await send(api.auth.me, clinic.clinician, { headers: { 'x-request-id': LAST } });
    await eventually(() => server.output().includes(LAST), { what: 'the log of the last request' });
    // every route in every way: a minute on a quiet machine
  }, 600_000);

  const LAST = randomUUID();
  const patientBody = () => ({
    first_name: CANARY.name,
    last_name: CANARY.name,
    phone: CANARY.phone,
    email: `${CANARY.name}@example.com`,
    notes: CANARY.note,
  });
  const appointmentBody = () => ({
    datetime: '2026-12-01T09:00:00Z',
    type: CANARY.note,
    practitioner: CANARY.name,
    room: CANARY.name,
    reason: CANARY.note,
  });

  const send = (
    endpoint: Endpoint,
    token: string | undefined,
    {
      id = '',
      body,
      query = '',
      headers = {},
    }: { id?: string; body?: unknown; query?: string; headers?: Record<string, string> },
  ) =>
    call(server.url, endpoint.method, endpoint.path.replace(/:\w+/, encodeURIComponent(id)) + query, {
      token,
      body,
      headers,
    });

  /** Each route rightly and wrongly: by every role, without a token, with broken bodies, ids and headers. */
  const everyWay = async (endpoint: Endpoint) => {
    const rightId = endpoint.tag === 'appointments' ? appointmentId : patientId;
    const bodies = endpoint.body
      ? [
          { ...patientBody(), ...appointmentBody(), message: CANARY.note, name: CANARY.name },
          { first_name: CANARY.name, last_name: CANARY.name, birth_date: CANARY.name, gender: CANARY.name },
          { patient_id: patientId, type: CANARY.note, status: CANARY.name, datetime: CANARY.phone },
          { email: `${CANARY.name}@example.com`, password: CANARY.password },
          {
            email: CANARY.name,
            name: CANARY.name,
            role: CANARY.name,
            password: CANARY.password,
            tenant_id: CANARY.name,
          },
          ...(endpoint.path === '/auth/password'
            ? [{ current_password: CANARY.password, new_password: CANARY.password }]
            : []),
          { message: CANARY.note, [CANARY.name]: CANARY.phone },
          [CANARY.name],
          CANARY.name,
        ]
      : [undefined];
    // what names an object otherwise is an identifier, which the audit log has
    const isNamed = /:(?!id\b)\w+/.test(endpoint.path);
    const ids = isNamed
      ? [randomUUID()]
      : endpoint.path.includes(':id')
        ? [rightId, CANARY.name, randomUUID()]
        : [''];
    const query = `?search=${encodeURIComponent(CANARY.name)}&after=${CANARY.name}&type=${CANARY.name}&actor_id=${CANARY.name}`;
    const plain = `?search=${encodeURIComponent(`${CANARY.name} ${CANARY.phone}`)}`;
    for (const id of ids) {
      for (const body of id === ids[0] ? bodies : bodies.slice(0, 1)) {
        for (const search of endpoint.body ? [plain] : [query, plain]) {
          const headers = { 'idempotency-key': `${CANARY.name} ${randomUUID()}`, 'if-match': CANARY.name };
          const foreign = [stranger.clinician, stranger.admin, superToken].map((token) =>
            send(endpoint, token, { id, body, query: search }),
          );
          const own = [undefined, CANARY.name, clinic.frontDesk].map((token) =>
            send(endpoint, token, { id, body, query: search, headers }),
          );
          foreignAnswers.push(...(await Promise.all(foreign)));
          refusals.push(...(await Promise.all(own)).filter(({ status }) => status >= 400));
        }
      }
    }
  };

  /** Handshakes, messages and streams with the marks wherever a client may write something. */
  const everySocket = async () => {
    const parameters = ['types', 'since', 'epoch', 'resume', 'previous', 'token', CANARY.name];
    const handshakes = parameters.map((name) => ({ query: { [name]: `${CANARY.name} ${CANARY.phone}` } }));
    await eachOf(
      [
        ...handshakes,
        { topic: CANARY.name },
        { headers: { origin: `http://${CANARY.name}` } },
        { token: CANARY.note },
      ],
      async (options) => {
        const { socket } = await tryConnect(server.wsUrl, { token: clinic.clinician, ...options });
        if (socket.ended === undefined) await socket.close();
        errorTexts.push(
          ...socket.texts.filter((text) => !text.includes('"seq"')),
          String(socket.ended?.reason),
        );
      },
    );
    const socket = await connect(server.wsUrl, { token: stranger.clinician, query: { resume: 'inband' } });
    for (const option of ClientMessage.options) {
      for (const field of fieldsOf(option)) {
        const made = { ...Object(sample(option)) };
        for (const value of [CANARY.name, [CANARY.name], { [CANARY.name]: CANARY.note }])
          socket.send({ ...made, [field]: value });
      }
      socket.send({ ...Object(sample(option)), [CANARY.name]: CANARY.note });
    }
    for (const text of [CANARY.name, `{"${CANARY.name}`, `["${CANARY.note}"]`]) socket.send(text);
    await settled(socket);
    await socket.close();
    errorTexts.push(...socket.texts);
    const fields = fieldsOf(api.stream.open.query).filter((field) => field !== 'wait');
    for (const field of fields) {
      for (const accept of ['text/event-stream', 'application/json', CANARY.name]) {
        const query = new URLSearchParams({ [field]: CANARY.name });
        const response = await fetch(`${server.url}/api/v1/stream?${query}`, {
          headers: { authorization: `Bearer ${stranger.clinician}`, accept, 'last-event-id': CANARY.name },
        });
        const reader = response.body?.getReader();
        errorTexts.push(Buffer.from((await reader?.read())?.value ?? []).toString());
        await reader?.cancel();
      }
    }
  };
  const errorTexts: string[] = [];

  it('was sent, and stored for those who may see it', async () => {
    const own = await send(api.patients.get, clinic.clinician, { id: patientId });
    expect(marksIn(JSON.stringify(own.body))).toHaveLength(3);
    expect(foreignAnswers.length).toBeGreaterThan(300);
    expect(refusals.length).toBeGreaterThan(100);
  });

  it('is in no line of the log, at its most talkative', () => {
    const output = server.output();
    expect(output.split('\n').filter((line) => marksIn(line).length > 0)).toEqual([]);
    expect(output).toContain('/api/v1/patients/:id');
    expect(output).toContain('"level":"debug"');
  });

  it('is in no refusal, not even to whom sent it', () => {
    expect(refusals.filter(({ body }) => marksIn(JSON.stringify(body)).length > 0)).toEqual([]);
    expect(foreignAnswers.filter(({ status }) => status >= 500)).toEqual([]);
  });

  it('is in no answer to another tenant, nor to a super admin', () => {
    // what they themselves wrote there comes back to them; what this clinic has must not
    const leaks = foreignAnswers.filter(({ body }) => JSON.stringify(body).includes(patientId));
    expect(leaks).toEqual([]);
  });

  it('is in no frame, close reason or stream that answers what a client has sent', () => {
    expect(errorTexts.filter((text) => text.includes('"type":"error"')).length).toBeGreaterThan(10);
    expect(errorTexts.filter((text) => marksIn(text).length > 0)).toEqual([]);
  });

  it('is in no frame to another clinic or a super admin, lines of the log included, and no note to the front desk', () => {
    for (const who of ['stranger', 'strange admin', 'super admin']) {
      // what the stranger wrote in the clinic of its own comes to its own sockets
      const texts = sockets.get(who)?.texts.filter((text) => !text.includes(stranger.id)) ?? [];
      expect([who, texts.filter((text) => marksIn(text).length > 0)]).toEqual([who, []]);
    }
    expect(sockets.get('super admin')?.frames.map(({ type }) => type)).toContain('system_log');
    const patients =
      sockets.get('front desk')?.frames.filter(({ type }) => type.startsWith('patient_')) ?? [];
    expect(patients.length).toBeGreaterThan(0);
    expect(JSON.stringify(patients)).not.toContain('xylophobia');
  });

  it('is in no message to a webhook that gets ids', async () => {
    const written = await send(api.patients.update, clinic.clinician, {
      id: patientId,
      body: { phone: CANARY.phone },
    });
    expect(written.status).toBe(200);
    await receiver.received(1);
    expect(receiver.deliveries.filter(({ text }) => marksIn(text).length > 0)).toEqual([]);
  });

  it('is in no trace', async () => {
    await eventually(() => exported.includes('/api/v1/patients'), { what: 'exported spans' });
    expect(marksIn(exported)).toEqual([]);
  });

  it('is in no table but those that people write', async () => {
    const tables = await database.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'wardbell'::regnamespace
         AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
    );
    const holders: string[] = [];
    for (const { name } of tables) {
      const rows = await database.query(`SELECT FROM wardbell.${name} t WHERE t::text ~* $1 LIMIT 1`, [
        MARKS.join('|'),
      ]);
      if (rows.length > 0) holders.push(name);
    }
    // a new table in which people write: add it to WRITTEN_BY_PEOPLE above
    expect(holders.filter((name) => name !== 'outbox' && !WRITTEN_BY_PEOPLE.has(name))).toEqual([]);
    expect(holders).toEqual(expect.arrayContaining(['patient', 'notice']));
  });

  it('is in neither the log over HTTP nor an export of the audit log', async () => {
    const aroundNow = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
    const range = new URLSearchParams({ from: aroundNow[0] ?? '', to: aroundNow[1] ?? '' });
    for (const [path, token] of [
      ['/system/log?level=info&limit=200', superToken],
      ['/audit?limit=200', clinic.admin],
      [`/audit/export?${range}`, clinic.admin],
      [`/audit/export?${range}&format=fhir`, clinic.admin],
    ] as const) {
      const response = await fetch(`${server.url}/api/v1${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const text = await response.text();
      expect([path, response.status, marksIn(text)]).toEqual([path, 200, []]);
      expect(text.length).toBeGreaterThan(200);
    }
  });

  it('is in no header and in no cursor', async () => {
    const page = await send(api.patients.list, clinic.clinician, { query: '?limit=1' });
    const cursor = String(Reflect.get(Object(page.body), 'next') ?? '');
    expect(marksIn(Buffer.from(cursor, 'base64url').toString('latin1'))).toEqual([]);
    const headers = [...foreignAnswers, ...refusals].map((answer) => JSON.stringify([...answer.headers]));
    expect(headers.filter((text) => marksIn(text).length > 0)).toEqual([]);
  });

  it('is in no metric and not in the health report', async () => {
    for (const path of ['/metrics', '/health', '/health/ready']) {
      const text = await (await fetch(server.url + path)).text();
      expect(text.length).toBeGreaterThan(10);
      expect(marksIn(text)).toEqual([]);
    }
  });

  it('as to the password, is nowhere in the database', async () => {
    const tables = await database.query(
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'wardbell' AND c.relkind = 'r'`,
    );
    for (const { name } of tables) {
      const rows = await database.query(
        `SELECT FROM ${String(name)} AS t WHERE t::text LIKE '%vermilion-octopus%'`,
      );
      expect([name, rows.length]).toEqual([name, 0]);
    }
  });

  it('is in no audit row', async () => {
    const rows = await database.query('SELECT a::text AS row FROM wardbell.audit a');
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.filter(({ row }) => marksIn(String(row)).length > 0)).toEqual([]);
  });
});
