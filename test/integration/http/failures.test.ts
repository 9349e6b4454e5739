import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { api, Problem } from '@wardbell/contract';
import pg from 'pg';
import { database, server, useServer } from '../../support/fixture.js';
import { connect } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { ask, type Clinic, count, createClinic, registerPatient } from './harness.js';

useServer();
const body = { first_name: 'Never', last_name: 'There' };

describe('A transaction that aborts', () => {
  let clinic: Clinic;
  const clients: pg.Client[] = [];
  beforeAll(async () => {
    clinic = await createClinic();
    await registerPatient(clinic);
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end().catch(() => undefined)));
  });

  /** Holds the head of the tenant, so that a write comes to stand with its row written and its event not. */
  const holdHead = async () => {
    const client = new pg.Client({ connectionString: database.superuserUrl });
    clients.push(client);
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT FROM wardbell.tenant_head WHERE tenant_id = $1 FOR UPDATE', [clinic.id]);
    return client;
  };
  const waiting = () =>
    eventually(
      async () => {
        const rows = await database.query(
          `SELECT pid FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'`,
          [database.name],
        );
        return rows[0];
      },
      { what: 'a write that waits' },
    );
  const remains = async () => ({
    rows: await count(`SELECT count(*) FROM wardbell.patient WHERE tenant_id = $1`, [clinic.id]),
    events: await count(`SELECT count(*) FROM wardbell.outbox WHERE tenant_id = $1`, [clinic.id]),
    audits: await count(
      `SELECT count(*) FROM wardbell.audit WHERE scope = $1 AND action = 'patient.create'`,
      [clinic.id],
    ),
    head: await count(`SELECT seq FROM wardbell.tenant_head WHERE tenant_id = $1`, [clinic.id]),
  });

  it('leaves neither row nor event nor audit row when its connection is cut', async () => {
    const socket = await connect(server.wsUrl, { token: clinic.clinician });
    const before = await remains();
    const holder = await holdHead();
    const request = ask(api.patients.create, { token: clinic.clinician, body });
    const { pid } = await waiting();
    await database.query('SELECT pg_terminate_backend($1)', [pid]);
    const answer = await request;
    expect([answer.status, Problem.parse(answer.body).code]).toEqual([503, 'unavailable']);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    await holder.query('ROLLBACK');
    expect(await remains()).toEqual(before);
    // and the next write has the next number: there is no hole
    const next = await registerPatient(clinic);
    const frame = await socket.waitFor('patient_created');
    expect([frame.seq, frame.data?.['id']]).toEqual([before.head + 1, next.id]);
    await socket.close();
  });

  it('leaves nothing when it waits too long, and says to try again', async () => {
    const before = await remains();
    const holder = await holdHead();
    const answer = await ask(api.patients.create, { token: clinic.clinician, body });
    expect([answer.status, Problem.parse(answer.body).code, answer.headers.get('retry-after')]).toEqual([
      409,
      'conflict',
      '1',
    ]);
    await holder.query('ROLLBACK');
    expect(await remains()).toEqual(before);
  });

  it('leaves nothing when its event cannot be stored', async () => {
    const before = await remains();
    await database.query(
      `ALTER TABLE wardbell.outbox ADD CONSTRAINT refuse CHECK (data->>'first_name' IS DISTINCT FROM 'Never') NOT VALID`,
    );
    const answer = await ask(api.patients.create, { token: clinic.clinician, body });
    expect([answer.status, Problem.parse(answer.body).code]).toEqual([500, 'internal_error']);
    await database.query('ALTER TABLE wardbell.outbox DROP CONSTRAINT refuse');
    expect(await remains()).toEqual(before);
    expect(server.output()).not.toContain('Never');
  });
});

describe('A server whose connections were all cut', () => {
  it('answers with success or 503 and Retry-After, and goes on by itself', async () => {
    const clinic = await createClinic();
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = $1 AND usename IN ('wardbell_app', 'wardbell_auth', 'wardbell_relay')`,
      [database.name],
    );
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask(api.patients.list, { token: clinic.clinician })),
    );
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect([answer.status, Problem.parse(answer.body).code]).toEqual([503, 'unavailable']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    await eventually(async () => (await ask(api.patients.list, { token: clinic.clinician })).status === 200, {
      what: 'the server serving again',
    });
  });
});
