import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect as dial } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { startFaultProxy } from '../../support/fault-proxy.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { eventually } from '../../support/wait.js';
import { type Clinic, createClinic } from './clinic.js';

const WITHIN_MS = 10_000;

describe('A server that is told to stop', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(async () => {
    await database?.drop();
  });

  /** Sends a request over a connection that is kept alive, as browsers and proxies do; resolves when it has left. */
  const sendPatient = async (server: RunningServer, clinic: Clinic) => {
    const agent = new Agent({ keepAlive: true });
    const body = JSON.stringify({ first_name: 'Ada', last_name: 'Example' });
    const sent = request(`${server.url}/api/v1/patients`, {
      agent,
      method: 'POST',
      headers: {
        authorization: `Bearer ${await clinic.token('clinician')}`,
        'content-type': 'application/json',
      },
    });
    const status = once(sent, 'response').then(([response]): number => {
      response.resume();
      return response.statusCode;
    });
    status.catch(() => undefined); // awaited by the test
    sent.end(body);
    const [socket] = await once(sent, 'socket');
    if (socket.connecting) await once(socket, 'connect');
    await eventually(() => sent.writableFinished && socket.writableLength === 0, {
      what: 'the request sent',
    });
    return { status };
  };

  /** Locks the tenant's head, as a transaction that writes and then dawdles; answers how to let go. */
  const lockHead = async (clinic: Clinic): Promise<() => Promise<void>> => {
    const client = new pg.Client({ connectionString: database.superuserUrl });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT FROM wardbell.tenant_head WHERE tenant_id = $1 FOR UPDATE', [clinic.id]);
    return () => client.end();
  };
  const someoneWaits = () =>
    eventually(async () => {
      const [row] = await database.query<{ waits: boolean }>(
        `SELECT EXISTS (SELECT FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock') AS waits`,
      );
      return row?.waits;
    });

  it('answers a request that is in flight, and exits 0 without waiting for its connection to go idle', async () => {
    const server = await startServer({ database });
    const clinic = await createClinic(database);
    const unlock = await lockHead(clinic);
    const { status } = await sendPatient(server, clinic);
    await someoneWaits();
    const startMs = performance.now();
    const exit = server.stop();
    await eventually(() => server.logs().some(({ msg }) => msg === 'draining'));
    await unlock();
    expect(await status).toBe(201);
    expect(await exit).toBe(0);
    expect(performance.now() - startMs).toBeLessThan(WITHIN_MS / 2);
  });

  it('refuses a request whose tenant stays locked, and exits 0 within 10 s', async () => {
    const server = await startServer({ database });
    const clinic = await createClinic(database);
    const unlocks = await lockHead(clinic);
    const { status } = await sendPatient(server, clinic);
    await someoneWaits();
    const startMs = performance.now();
    const exitCode = await server.stop();
    expect(performance.now() - startMs).toBeLessThan(WITHIN_MS);
    expect(exitCode).toBe(0);
    // the lock's own bound of 5 s, or the deadline
    expect([409, 503]).toContain(await status);
    await unlocks();
  });

  it('answers 503 to requests and exits 0 within 10 s although PostgreSQL has fallen silent', async () => {
    const proxy = await startFaultProxy(Number(new URL(database.ownerUrl).port));
    const server = await startServer({ database: { ownerUrl: proxy.through(database.ownerUrl) } });
    const clinic = await createClinic(database);
    expect(await (await sendPatient(server, clinic)).status).toBe(201);
    proxy.stall();
    const requests = [await sendPatient(server, clinic), await sendPatient(server, clinic)];
    const startMs = performance.now();
    const exitCode = await server.stop();
    expect(performance.now() - startMs).toBeLessThan(WITHIN_MS);
    expect(exitCode).toBe(0);
    expect(await Promise.all(requests.map(({ status }) => status))).toEqual([503, 503]);
    await proxy.close();
  });

  it('serves or refuses every connection that comes, but for the instant in which it stops listening', async () => {
    const server = await startServer({ database });
    const outcomes: { startMs: number; outcome: string }[] = [];
    let isOver = false;
    /** A client of HTTP without manners: what the server does to its connection is what is recorded. */
    const knock = async (): Promise<string> => {
      const socket = dial(server.port, '127.0.0.1');
      let answer = '';
      socket.on('data', (bytes) => {
        answer += String(bytes);
      });
      socket.on('connect', () => socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n'));
      const failure = new Promise<string>((resolve) => {
        socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(String(code)));
      });
      const status = eventually(() => /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1], { timeoutMs: 12_000 });
      const outcome = await Promise.race([failure, status.catch(() => 'no answer')]);
      socket.destroy();
      return outcome;
    };
    const knockers = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        outcomes.push({ startMs: performance.now(), outcome: await knock() });
        await delay(1);
      }
    });
    await eventually(() => outcomes.length > 20);
    const exitCode = await server.stop();
    isOver = true;
    await Promise.all(knockers);
    expect(exitCode).toBe(0);
    const refused = outcomes.filter(({ outcome }) => outcome === 'ECONNREFUSED');
    const firstRefusedMs = Math.min(...refused.map(({ startMs }) => startMs));
    const others = outcomes.filter(({ outcome }) => !/^(200|503|ECONNREFUSED)$/.test(outcome));
    // The kernel resets what it has accepted and the process has not, when that closes its listening socket.
    for (const { startMs, outcome } of others) {
      expect(outcome).toBe('ECONNRESET');
      expect(startMs).toBeGreaterThan(firstRefusedMs - 500);
    }
    expect(others.length).toBeLessThanOrEqual(knockers.length);
  });
});
