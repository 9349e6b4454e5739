import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { z } from 'zod';
import { Postgres } from '../../faults/support/postgres.js';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { connect, TestSocket } from '../../support/socket.js';
import { mintToken } from '../../support/tokens.js';
import { eventually, scaled } from '../../support/wait.js';
import { scrape } from '../ws/scrape.js';
import { Clinic, numbers } from './support/clinic.js';

const Report = z.looseObject({
  status: z.string(),
  checks: z.record(z.string(), z.looseObject({ status: z.string(), reason: z.string().optional() })),
});

const health = async (server: RunningServer, path: string) => {
  const response = await fetch(`${server.url}/health${path}`);
  return { status: response.status, body: await response.json() };
};
const report = async (server: RunningServer, path: string) => {
  const { status, body } = await health(server, path);
  return { status, report: Report.parse(body) };
};

useServer();

describe('a database that goes and comes', () => {
  let postgres: Postgres;
  let server: RunningServer;
  const tenantId = randomUUID();
  beforeAll(async () => {
    postgres = await Postgres.create();
    server = await startServer({ database: postgres });
    await query('INSERT INTO wardbell.tenant (id, name, slug) VALUES ($1, $2, $2)', [tenantId, 'clinic']);
  });
  afterAll(async () => {
    await server.stop();
    await postgres.remove();
  });

  const query = async (sql: string, values: readonly unknown[] = []): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: postgres.superuserUrl });
    await client.connect();
    try {
      return (await client.query(sql, [...values])).rows;
    } finally {
      await client.end();
    }
  };
  const token = () => mintToken({ role: 'clinician', tenantId });
  const write = async () =>
    call(server.url, 'POST', '/patients', {
      token: await token(),
      body: { first_name: 'Ada', last_name: 'Example' },
    });
  const isOpen = async (socket: TestSocket): Promise<boolean> => {
    const before = socket.texts.filter((text) => text === 'pong').length;
    socket.send('ping');
    return eventually(() => socket.texts.filter((text) => text === 'pong').length > before);
  };

  it('leaves the server alive and honest and its sockets open, and everything is delivered afterwards', async () => {
    const socket = await connect(server.wsUrl, { token: await token() });
    expect((await write()).status).toBe(201);
    await socket.waitFor(({ seq }) => seq === 1);

    for (const round of [1, 2]) {
      await postgres.kill();
      const refused = await write();
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused.body).toMatchObject({ code: 'unavailable' });
      const { report: told } = await eventually(
        async () => {
          const ready = await report(server, '/ready');
          return ready.status === 503 ? ready : undefined;
        },
        { what: 'not ready' },
      );
      expect(told.checks['database']).toMatchObject({ status: 'failed', reason: expect.any(String) });
      expect((await health(server, '/live')).status).toBe(200);
      expect(await isOpen(socket)).toBe(true);
      const late = new TestSocket(server.wsUrl, { token: await token() });
      expect(await late.closed()).toEqual({ code: 1013, reason: 'Try again later' });

      await postgres.start();
      await query(`SELECT wardbell.emit($1, 'task_updated', '{}')`, [tenantId]);
      expect(await eventually(async () => ((await write()).status === 201 ? true : undefined))).toBe(true);
      await socket.waitFor(({ seq }) => seq === 1 + 2 * round);
      await eventually(async () => (await report(server, '/ready')).status === 200, {
        what: 'ready again',
      });
    }
    const [head] = z
      .array(z.object({ seq: z.coerce.number() }))
      .parse(await query('SELECT seq FROM wardbell.tenant_head WHERE tenant_id = $1', [tenantId]));
    await socket.waitFor(({ seq }) => seq === head?.seq);
    expect(socket.events.map(({ seq }) => seq)).toEqual(numbers(1, head?.seq ?? 0));
    expect(await isOpen(socket)).toBe(true);
    expect(server.process.exitCode).toBeNull();
  });

  it('keeps reads for the audit log that were not written when the database was killed, each once', async () => {
    const sub = randomUUID();
    const reader = await mintToken({ role: 'clinician', tenantId, sub });
    const read = () => call(server.url, 'GET', '/patients', { token: reader });
    const recorded = async () =>
      (await query(`SELECT FROM wardbell.audit WHERE actor_id = $1 AND action = 'patient.list'`, [sub]))
        .length;
    let answered = 0;
    for (const round of [1, 2, 3]) {
      const until = answered + 20 * round;
      while (answered < until) if ((await read()).status === 200) answered++;
      await postgres.kill();
      await postgres.start();
      await eventually(async () => (await report(server, '/ready')).status === 200, { what: 'ready again' });
    }
    await eventually(async () => (await recorded()) >= answered);
    expect((await read()).status).toBe(200);
    await eventually(async () => (await recorded()) > answered);
    expect(await recorded()).toBe(answered + 1);
    expect((await scrape(server))('audit_records_dropped_total')).toBe(0);
  });

  it('answers writes in bounded time when the database is frozen, and each happens at most once', async () => {
    const key = randomUUID();
    const mrn = randomUUID();
    const attempt = async () =>
      call(server.url, 'POST', '/patients', {
        token: await mintToken({ role: 'clinician', tenantId, sub: 'one' }),
        headers: { 'idempotency-key': key },
        body: { first_name: 'Ada', last_name: 'Example', mrn },
      });
    postgres.freeze();
    const startMs = performance.now();
    const frozen = await attempt();
    expect(performance.now() - startMs).toBeLessThan(scaled(60_000));
    expect(frozen.status).toBe(503);
    postgres.thaw();
    const answer = await eventually(
      async () => {
        const again = await attempt();
        return again.status === 201 ? again : undefined;
      },
      { what: 'an answer' },
    );
    expect(answer.body).toMatchObject({ mrn });
    expect(
      await query(`SELECT 1 FROM wardbell.outbox WHERE type = 'patient_created' AND data->>'mrn' = $1`, [
        mrn,
      ]),
    ).toHaveLength(1);
  });
});

describe('health', () => {
  it('is not ready, and says why, while events wait that do not move, and the metric shows their age', async () => {
    const clinic = await Clinic.create(database);
    const socket = await connect(server.wsUrl, { token: await clinic.token() });
    const isReady = async () => (await report(server, '/ready')).status === 200;
    expect(await isReady()).toBe(true);
    await database.query('REVOKE SELECT ON wardbell.outbox FROM wardbell_relay');
    // nothing to move: still ready
    expect(await isReady()).toBe(true);
    await clinic.emit();
    const { report: told } = await eventually(
      async () => {
        const ready = await report(server, '/ready');
        return ready.status === 503 ? ready : undefined;
      },
      { what: 'not ready' },
    );
    expect(told.checks['pipeline']).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/events wait for \d+ s/),
    });
    expect(told.checks['database']).toMatchObject({ status: 'ok' });
    expect((await report(server, '')).report.status).toBe('unhealthy');
    expect((await scrape(server))('outbox_oldest_unannounced_seconds')).toBeGreaterThan(3);

    await database.query('GRANT SELECT ON wardbell.outbox TO wardbell_relay');
    await socket.waitFor(({ seq }) => seq === 1);
    await eventually(isReady, { what: 'ready again' });
    expect((await scrape(server))('outbox_oldest_unannounced_seconds')).toBe(0);
  });
});
