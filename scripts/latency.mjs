import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from './lib/build.mjs';
import { install, nodeProblem } from './lib/install.mjs';
import { StepError } from './lib/steps.mjs';

/**
 * `npm run latency`: how long after a commit its frame is at a client. Starts a real PostgreSQL (fsync on) and
 * a real server, each a process of its own, and writes one patient after the other over HTTP, the next when
 * every socket has its frame: an idle server, not one under load (that is `npm run bench`).
 *
 * `commit → frame` begins at the commit time that PostgreSQL keeps for each transaction, which it takes just
 * before it flushes to disk, so the flush is included. It ends when this process has the frame in hand. The
 * clock of the database is compared with ours before and after; the table says how far the two may be apart.
 * `POST → frame` is by one clock: from before the request is sent to the frame.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    writes: { type: 'string', default: '1000' },
    sockets: { type: 'string', default: '1' },
    warmup: { type: 'string', default: '200' },
  },
});
const writes = Number(values.writes);
const socketCount = Number(values.sockets);
const warmup = Number(values.warmup);

/** Milliseconds since 1970 with microseconds behind the point. */
const nowMs = () => performance.timeOrigin + performance.now();
const secret = randomBytes(48).toString('base64');
/** What to undo, last first. */
const cleanups = [];

async function main() {
  const problem = nodeProblem();
  if (problem !== undefined) throw new StepError(problem);
  await install(root);
  await build(root);

  const dir = mkdtempSync(join(tmpdir(), 'wardbell-latency-'));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  const postgres = await startPostgres(join(dir, 'database'));
  const { port } = await startServer(postgres.ownerUrl, join(dir, 'server'));
  const { default: pg } = await import('pg');
  // past row-level security, in the database that the server uses
  const oracleUrl = new URL(postgres.superuserUrl);
  oracleUrl.pathname = new URL(postgres.ownerUrl).pathname;
  const client = new pg.Client({ connectionString: oracleUrl.href });
  await client.connect();
  cleanups.push(() => client.end());

  const tenantId = randomUUID();
  await client.query('INSERT INTO wardbell.tenant (id, name, slug) VALUES ($1, $2, $2)', [
    tenantId,
    'latency',
  ]);
  const token = await mintToken(tenantId);
  const listeners = await Promise.all(Array.from({ length: socketCount }, () => listen(port, token)));
  console.log(`${warmup} writes to warm up, then ${writes}, to ${socketCount} socket(s) …`);
  for (let i = 0; i < warmup; i++) await write(port, token, listeners);

  const before = await compareClocks(client);
  const samples = [];
  for (let i = 0; i < writes; i++) samples.push(await write(port, token, listeners));
  const after = await compareClocks(client);

  const commits = await commitTimes(client, tenantId);
  const offsetMs = (before.offsetMs + after.offsetMs) / 2;
  const commitToFrame = samples.flatMap(({ seq, framesMs }) =>
    framesMs.map((frameMs) => frameMs - (commits.get(seq) - offsetMs)),
  );
  const postToFrame = samples.flatMap(({ startMs, framesMs }) => framesMs.map((ms) => ms - startMs));
  const postToAnswer = samples.map(({ startMs, answerMs }) => answerMs - startMs);
  report({ commitToFrame, postToFrame, postToAnswer, before, after });
}

/** A fresh embedded PostgreSQL that keeps the time of each commit. */
async function startPostgres(dataDir) {
  const { startEmbeddedPostgres } = await import('../server/dist/database/embedded/embedded.js');
  const { createLog } = await import('../server/dist/platform/log/log.js');
  const log = createLog({ logLevel: 'error', production: true });
  const settings = { track_commit_timestamp: 'on' };
  const postgres = await startEmbeddedPostgres({ dataDir, log, settings });
  cleanups.push(() => postgres.stop());
  return postgres;
}

/** The built server as it runs in production, with quiet logs. */
async function startServer(ownerUrl, dataDir) {
  const child = spawn(process.execPath, [join(root, 'server/dist/main.js')], {
    env: {
      PATH: process.env.PATH ?? '',
      NODE_ENV: 'production',
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      DATABASE_URL: ownerUrl,
      JWT_SECRET: secret,
      SUPER_ADMIN_EMAIL: 'super@wardbell.test',
      SUPER_ADMIN_PASSWORD: randomBytes(16).toString('hex'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  cleanups.push(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  // read to the end: a server whose output nobody takes would wait for a reader
  const listening = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text);
      if (line.msg === 'listening') resolve({ port: line.port });
    });
  });
  return Promise.race([
    listening,
    exited.then(() => {
      throw new StepError('The server ended instead of listening');
    }),
  ]);
}

async function mintToken(tenantId) {
  const { SignJWT } = await import('jose');
  return new SignJWT({ role: 'clinician', tenant_id: tenantId })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('latency')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret));
}

/** A connected socket that remembers when it had which event. */
async function listen(port, token) {
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {
    headers: { authorization: `Bearer ${token}` },
  });
  cleanups.push(() => socket.terminate());
  const listener = { arrivedMs: new Map(), wake: () => undefined };
  let connected;
  const ready = new Promise((resolve, reject) => {
    connected = resolve;
    socket.once('close', (code, reason) => reject(new StepError(`A socket was closed: ${code} ${reason}`)));
  });
  socket.on('message', (bytes) => {
    const ms = nowMs();
    const frame = JSON.parse(bytes.toString());
    if (frame.type === 'connected') connected();
    if (frame.type !== 'patient_created') return;
    listener.arrivedMs.set(frame.data.id, { seq: frame.seq, ms });
    listener.wake();
  });
  await ready;
  return listener;
}

/** One write; resolves when it was answered and every socket has its frame. */
async function write(port, token, listeners) {
  const startMs = nowMs();
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/patients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ first_name: 'Lat', last_name: 'Ency' }),
  });
  const { id } = await response.json();
  const answerMs = nowMs();
  if (response.status !== 201) throw new StepError(`A write was answered ${response.status}`);
  const arrivals = await Promise.all(listeners.map((listener) => arrival(listener, id)));
  return { startMs, answerMs, seq: arrivals[0].seq, framesMs: arrivals.map(({ ms }) => ms) };
}

const arrival = (listener, id) =>
  new Promise((resolve) => {
    const look = () => {
      const arrived = listener.arrivedMs.get(id);
      if (arrived === undefined) return;
      listener.arrivedMs.delete(id);
      resolve(arrived);
    };
    listener.wake = look;
    look();
  });

/** How far the database's clock is ahead of ours, by its quickest answer of many. */
async function compareClocks(client) {
  let best = { offsetMs: 0, errorMs: Number.POSITIVE_INFINITY };
  for (let i = 0; i < 200; i++) {
    const sentMs = nowMs();
    const { rows } = await client.query({
      name: 'clock',
      text: 'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms',
    });
    const errorMs = (nowMs() - sentMs) / 2;
    if (errorMs < best.errorMs) best = { offsetMs: rows[0].ms - (sentMs + errorMs), errorMs };
  }
  return best;
}

/** Commit time of each event of the tenant, in milliseconds since 1970 by the database's clock. */
async function commitTimes(client, tenantId) {
  const { rows } = await client.query(
    `SELECT seq, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS ms
       FROM wardbell.outbox WHERE tenant_id = $1`,
    [tenantId],
  );
  return new Map(rows.map(({ seq, ms }) => [Number(seq), ms]));
}

function report({ commitToFrame, postToFrame, postToAnswer, before, after }) {
  const columns = ['p50', 'p90', 'p99', 'max'];
  const row = (title, sample) => {
    const sorted = [...sample].sort((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
    const cells = [at(0.5), at(0.9), at(0.99), at(1)].map((ms) => ms.toFixed(2).padStart(8));
    console.log(`${title.padEnd(18)}${cells.join('')}`);
  };
  const errorMs = Math.max(before.errorMs, after.errorMs, Math.abs(before.offsetMs - after.offsetMs) / 2);
  console.log('');
  console.log(`${'milliseconds'.padEnd(18)}${columns.map((name) => name.padStart(8)).join('')}`);
  row('commit → frame', commitToFrame);
  row('POST → frame', postToFrame);
  row('POST → answer', postToAnswer);
  console.log('');
  console.log(
    `${writes} writes one after the other, ${socketCount} socket(s), ${commitToFrame.length} frames.`,
  );
  console.log(
    `Commit times are exact to ± ${errorMs.toFixed(2)} ms (two clocks). The flush to disk is included.`,
  );
  const [cpu] = cpus();
  console.log(
    `${cpu?.model.trim() ?? 'CPU'}, ${cpus().length} cores, Node ${process.versions.node}, load ${loadavg()[0].toFixed(1)}.`,
  );
  if (loadavg()[0] > cpus().length)
    console.log('The machine is busy with other work: figures are worse than they need be.');
}

async function cleanUp() {
  for (const undo of cleanups.splice(0).reverse()) await undo();
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(1)));
}
try {
  await main();
} catch (error) {
  console.error(error instanceof StepError ? error.message : error);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
