import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, type Endpoint, endpoints } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { type Answer, call } from '../../support/http.js';
import { connect } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { type Clinic, createClinic, superAdmin } from './harness.js';

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

useServer({ env: { LOG_LEVEL: 'debug', TRUSTED_PROXIES: '127.0.0.1' } });

describe('A marked name, phone, note and password, sent through every route', () => {
  let clinic: Clinic;
  let stranger: Clinic;
  let superToken: string;
  let patientId = '';
  let appointmentId = '';
  const foreignAnswers: Answer[] = [];
  const refusals: Answer[] = [];

  beforeAll(async () => {
    clinic = await createClinic();
    stranger = await createClinic();
    superToken = await superAdmin();

    const made = await send(api.patients.create, clinic.clinician, { body: patientBody() });
    patientId = String(Reflect.get(Object(made.body), 'id'));
    const booked = await send(api.appointments.create, clinic.clinician, {
      body: { ...appointmentBody(), patient_id: patientId },
    });
    appointmentId = String(Reflect.get(Object(booked.body), 'id'));
    const sockets = await Promise.all(
      [clinic.clinician, clinic.frontDesk, superToken].map((token) => connect(server.wsUrl, { token })),
    );
    for (const endpoint of endpoints) await everyWay(endpoint);
    for (const socket of sockets) await socket.close();
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
    call(server.url, endpoint.method, endpoint.path.replace(':id', encodeURIComponent(id)) + query, {
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
    const ids = endpoint.path.includes(':id') ? [rightId, CANARY.name, randomUUID()] : [''];
    const query = `?search=${encodeURIComponent(CANARY.name)}&after=${CANARY.name}&type=${CANARY.name}&actor_id=${CANARY.name}`;
    const plain = `?search=${encodeURIComponent(`${CANARY.name} ${CANARY.phone}`)}`;
    for (const id of ids) {
      for (const body of id === rightId || id === '' ? bodies : bodies.slice(0, 1)) {
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
