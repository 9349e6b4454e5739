import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import pg from 'pg';
import { database, useServer } from '../../support/fixture.js';
import { mintToken } from '../../support/tokens.js';
import {
  ask,
  type Clinic,
  committedEvents,
  count,
  createClinic,
  fail,
  registerPatient,
  superAdmin,
} from './harness.js';

useServer();
const body = { first_name: 'Ada', last_name: 'Example', notes: 'n', phone: '+1 555' };
const keyed = (key: string) => ({ 'idempotency-key': key });

describe('An Idempotency-Key', () => {
  let clinic: Clinic;
  const clients: pg.Client[] = [];
  beforeAll(async () => {
    clinic = await createClinic();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
  });

  const create = (key: string, options: { token?: string; body?: object } = {}) =>
    ask(api.patients.create, { token: clinic.clinician, body, headers: keyed(key), ...options });

  it('gets the same answer again, and one event', async () => {
    const before = (await committedEvents(clinic.id)).length;
    const first = await create('again');
    const second = await create('again', { body: Object.fromEntries(Object.entries(body).reverse()) });
    expect(second.status).toBe(first.status);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
    expect([first, second].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true']);
    expect(await committedEvents(clinic.id)).toHaveLength(before + 1);
  });

  it('with another body is refused', async () => {
    await create('other-body');
    const answer = await create('other-body', { body: { ...body, phone: '+1 556' } });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: 'idempotency_mismatch' });
  });

  it('lets ten requests at once do one thing', async () => {
    const before = (await committedEvents(clinic.id)).length;
    const answers = await Promise.all(Array.from({ length: 10 }, () => create('ten')));
    const done = answers.filter(({ status }) => status === 201);
    const waiting = answers.filter(({ status }) => status === 409);
    expect(done.length + waiting.length).toBe(10);
    expect(done.length).toBeGreaterThan(0);
    expect(new Set(done.map((answer) => JSON.stringify(Reflect.get(Object(answer.body), 'id')))).size).toBe(
      1,
    );
    expect(await committedEvents(clinic.id)).toHaveLength(before + 1);
  });

  it('is of one user, one tenant and one route', async () => {
    const other = await createClinic();
    const colleague = await mintToken({ role: 'clinician', tenantId: clinic.id });
    const ids = [
      await create('scope'),
      await create('scope', { token: other.clinician }),
      await create('scope', { token: colleague }),
    ].map((answer) => Reflect.get(Object(answer.body), 'id'));
    expect(new Set(ids).size).toBe(3);
    const patient = await registerPatient(clinic);
    const appointment = await ask(api.appointments.create, {
      token: clinic.clinician,
      headers: keyed('scope'),
      body: { patient_id: patient.id, type: 'Visit', status: 'waitlist' },
    });
    expect(appointment.status).toBe(201);
  });

  it('counts the object of the path as part of the request', async () => {
    const patient = await registerPatient(clinic);
    const book = async () => {
      const made = await ask(api.appointments.create, {
        token: clinic.clinician,
        body: { patient_id: patient.id, type: 'Visit', datetime: '2026-12-01T10:00:00Z' },
      });
      return String(Reflect.get(Object(made.body), 'id'));
    };
    const [one, two] = [await book(), await book()];
    const arrive = (id: string) =>
      ask(api.appointments.setStatus, {
        token: clinic.clinician,
        id,
        headers: keyed('arrive'),
        body: { status: 'arrived' },
      });
    expect((await arrive(one)).status).toBe(200);
    expect((await arrive(one)).body).toMatchObject({ id: one, status: 'arrived' });
    expect((await arrive(two)).status).toBe(422);
  });

  it('answers a user whose role has changed since only what the role may see now', async () => {
    const patient = await registerPatient(clinic);
    const booking = {
      patient_id: patient.id,
      type: 'Visit',
      datetime: '2026-12-01T10:00:00Z',
      reason: 'Canary',
    };
    const made = await ask(api.appointments.create, { token: clinic.clinician, body: booking });
    const id = String(Reflect.get(Object(made.body), 'id'));
    const as = async (role: 'clinician' | 'front_desk') =>
      ask(api.appointments.setStatus, {
        token: await mintToken({ role, tenantId: clinic.id, sub: 'moved' }),
        id,
        headers: keyed('moved'),
        body: { status: 'arrived' },
      });
    expect((await as('clinician')).body).toMatchObject({ status: 'arrived', reason: 'Canary' });
    const again = await as('front_desk');
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toMatchObject({ id, status: 'arrived' });
    expect(JSON.stringify(again.body)).not.toContain('Canary');
  });

  it('is free again after a request that failed', async () => {
    await create('mrn', { body: { ...body, mrn: 'TAKEN' } });
    expect((await create('retry', { body: { ...body, mrn: 'TAKEN' } })).status).toBe(409);
    expect((await create('retry')).status).toBe(201);
  });

  it('whose first request is still running is told to come back', async () => {
    const [, payload = ''] = clinic.clinician.split('.');
    const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const client = new pg.Client({ connectionString: database.superuserUrl });
    clients.push(client);
    await client.connect();
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO wardbell.idempotency (tenant_id, user_id, route, key, request_hash)
       VALUES ($1, $2, 'POST /patients', 'running', '\\x00')`,
      [clinic.id, sub],
    );
    const answer = await create('running');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([409, '1']);
    expect(answer.body).toMatchObject({ code: 'idempotency_in_progress' });
    await client.query('ROLLBACK');
    expect((await create('running')).status).toBe(201);
  });

  it.each(['', 'a b', 'ü', 'x'.repeat(256)])('must be 1 to 255 visible ASCII characters: %j', async (key) => {
    const headers = { 'idempotency-key': Buffer.from(key).toString('latin1') };
    expect(await fail(api.patients.create, { token: clinic.clinician, body, headers })).toEqual([
      422,
      'validation_failed',
    ]);
  });

  it('of 255 characters is taken', async () => {
    expect((await create('x'.repeat(255))).status).toBe(201);
  });

  it('makes a message to all tenants go out once to each', async () => {
    const token = await superAdmin();
    const request = { token, headers: keyed('to-all'), body: { message: 'Maintenance at noon' } };
    const first = await ask(api.notifications.create, request);
    const second = await ask(api.notifications.create, request);
    expect(second.body).toEqual(first.body);
    const sent = (await committedEvents(clinic.id)).filter(({ type }) => type === 'system_notification');
    expect(sent).toHaveLength(1);
  });

  it('leaves no trace of a password that could be guessed', async () => {
    const admin = clinic.admin;
    const request = {
      token: admin,
      headers: keyed('user'),
      body: { email: 'guess@x.test', name: 'X', role: 'clinician', password: 'correct horse battery' },
    };
    expect((await ask(api.users.create, request)).status).toBe(201);
    const leaked = await count(
      `SELECT count(*) FROM wardbell.idempotency i WHERE i::text LIKE '%correct horse%'
         OR request_hash = sha256(convert_to($1, 'UTF8'))`,
      [JSON.stringify(request.body)],
    );
    expect(leaked).toBe(0);
  });
});
