import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect as dial } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { startFaultProxy } from '../../support/fault-proxy.js';
import type { RunningServer } from '../../support/server.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { Cluster } from '../support/cluster.js';
import type { Scenario } from './scenario.js';

const WITHIN_MS = 10_000;
/** A request that is answered is all that there is to wait for, not its connection, which is kept alive. */
const PROMPTLY_MS = 5_000;
const KNOCKERS = 4;

/** Sends a request over a connection that is kept alive, as browsers and proxies do; resolves when it has left. */
const sendPatient = async (server: RunningServer, tenantId: string): Promise<{ status: Promise<number> }> => {
  const sent = request(`${server.url}/api/v1/patients`, {
    agent: new Agent({ keepAlive: true }),
    method: 'POST',
    headers: {
      authorization: `Bearer ${await mintToken({ role: 'clinician', tenantId })}`,
      'content-type': 'application/json',
    },
  });
  const status = once(sent, 'response').then(
    ([response]): number => {
      response.resume();
      return response.statusCode;
    },
    () => 0, // no answer
  );
  sent.end(JSON.stringify({ first_name: 'Ada', last_name: 'Example' }));
  const [socket] = await once(sent, 'socket');
  if (socket.connecting) await once(socket, 'connect');
  await eventually(() => sent.writableFinished && socket.writableLength === 0, {
    what: 'the request sent',
  });
  return { status };
};

/** Locks the tenant's head, as a transaction that writes and then dawdles; answers how to let go. */
const lockHead = async (cluster: Cluster, tenantId: string): Promise<() => Promise<void>> => {
  const client = new pg.Client({ connectionString: cluster.postgres.superuserUrl });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM wardbell.tenant_head WHERE tenant_id = $1 FOR UPDATE', [tenantId]);
  return () => client.end();
};

const aWriteWaits = (cluster: Cluster) =>
  eventually(async () => {
    const [row] = await cluster.query<{ waits: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock') AS waits`,
    );
    return row?.waits;
  });

/** Stops the server, notes an exit that is late or not 0, and answers how long it took. */
const stopAndJudge = async (
  cluster: Cluster,
  server: RunningServer,
  what: string,
  withinMs: number,
): Promise<string> => {
  const startMs = performance.now();
  const exitCode = await server.stop();
  const tookMs = performance.now() - startMs;
  if (exitCode !== 0) cluster.find('unavailable', `${what}: exit ${exitCode}`);
  if (tookMs > withinMs) cluster.find('unavailable', `${what}: gone after ${Math.round(tookMs)} ms`);
  return `${(tookMs / 1_000).toFixed(1)} s`;
};

/** A request that could be answered, one whose clinic stays locked, and two that PostgreSQL does not answer. */
const stageRequests = async (cluster: Cluster, tenantId: string): Promise<Record<string, string>> => {
  const measured: Record<string, string> = {};
  {
    const server = await cluster.start();
    const unlock = await lockHead(cluster, tenantId);
    const { status } = await sendPatient(server, tenantId);
    await aWriteWaits(cluster);
    const stopped = stopAndJudge(cluster, server, 'a request in flight', PROMPTLY_MS);
    await eventually(() => server.logs().some(({ msg }) => msg === 'draining'));
    await unlock();
    if ((await status) !== 201) cluster.find('unavailable', `a request in flight got ${await status}`);
    measured['a request in flight'] = await stopped;
  }
  {
    const server = await cluster.start();
    const unlock = await lockHead(cluster, tenantId);
    const { status } = await sendPatient(server, tenantId);
    await aWriteWaits(cluster);
    measured['a locked head'] = await stopAndJudge(cluster, server, 'a locked head', WITHIN_MS);
    // the lock's own bound of 5 s, or the deadline
    if (![409, 503].includes(await status))
      cluster.find('unavailable', `a request to a locked clinic got ${await status}`);
    await unlock();
  }
  const proxy = await startFaultProxy(cluster.postgres.port);
  try {
    const server = await cluster.start({ database: { ownerUrl: proxy.through(cluster.postgres.ownerUrl) } });
    if ((await (await sendPatient(server, tenantId)).status) !== 201)
      cluster.find('unavailable', 'a request through the proxy failed');
    proxy.stall();
    const requests = [await sendPatient(server, tenantId), await sendPatient(server, tenantId)];
    measured['PostgreSQL silent'] = await stopAndJudge(cluster, server, 'PostgreSQL silent', WITHIN_MS);
    const statuses = await Promise.all(requests.map(({ status }) => status));
    if (!statuses.every((status) => status === 503))
      cluster.find('unavailable', `requests that PostgreSQL did not answer got ${statuses}`);
  } finally {
    await proxy.close();
  }
  return measured;
};

/** What the server does to a client of HTTP without manners: a status, or the error of its connection. */
const knock = async (server: RunningServer): Promise<string> => {
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

/** Connections that come while it stops are served or refused. */
const stageConnections = async (cluster: Cluster): Promise<string> => {
  const server = await cluster.start();
  const outcomes: { startMs: number; outcome: string }[] = [];
  let isOver = false;
  const knockers = Array.from({ length: KNOCKERS }, async () => {
    while (!isOver) {
      outcomes.push({ startMs: performance.now(), outcome: await knock(server) });
      await delay(1);
    }
  });
  await eventually(() => outcomes.length > 20);
  await stopAndJudge(cluster, server, 'connections that come', WITHIN_MS);
  isOver = true;
  await Promise.all(knockers);
  const refused = outcomes.filter(({ outcome }) => outcome === 'ECONNREFUSED');
  const firstRefusedMs = Math.min(...refused.map(({ startMs }) => startMs));
  // The kernel resets what it has accepted and the process has not, when that closes its listening socket.
  const isAtTheEnd = ({ outcome, startMs }: (typeof outcomes)[number]) =>
    outcome === 'ECONNRESET' && startMs > firstRefusedMs - 500;
  const others = outcomes.filter(({ outcome }) => !/^(200|503|ECONNREFUSED)$/.test(outcome));
  const wrong = others.filter((one) => !isAtTheEnd(one));
  if (wrong.length > 0 || others.length > KNOCKERS)
    cluster.find('unavailable', `connections ended with ${others.map(({ outcome }) => outcome)}`);
  return `${outcomes.length}, ${others.length} of them reset`;
};

/** SIGTERM while requests hang. */
export const stopInFlight: Scenario = {
  name: 'stop-in-flight',
  guarantee:
    'A server that is told to stop answers every request that it has, serves or refuses each connection, and ' +
    'exits 0 within 10 s, also while PostgreSQL is silent or a clinic is locked',
  isShort: true,
  run: async () => {
    const cluster = await Cluster.create();
    try {
      await (await cluster.start()).stop(); // migrates
      const measured = await stageRequests(cluster, await cluster.createTenant());
      const connections = await stageConnections(cluster);
      return { findings: cluster.findings, measured: { ...measured, connections } };
    } finally {
      await cluster.stop();
    }
  },
};
