import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { TestDatabase } from '../support/database.js';
import { must } from '../support/tenant.js';
import { describeMachine } from './machine.js';
import { quantile } from './statistics.js';
import { startPostgres } from './targets/postgres.js';
import { Wardbell } from './targets/wardbell.js';
import { mintToken } from './token.js';

/**
 * `npm run latency`: how long after a commit its frame is at a client. Starts a real PostgreSQL (fsync on) and
 * a real server, each a process of its own, and writes one patient after the other over HTTP, the next when
 * every socket has its frame: an idle server, not one under load (that is `npm run bench`).
 * `--writes=<n>`, `--sockets=<n>`, `--warmup=<writes>`.
 *
 * `commit → frame` begins at the commit time that PostgreSQL keeps for each transaction, which it takes just
 * before it flushes to disk, so the flush is included. It ends when this process has the frame in hand. The
 * clock of the database is compared with ours before and after; the table says how far the two may be apart.
 * `POST → frame` is by one clock: from before the request is sent to the frame.
 */

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
/** Answers of which the quickest compares the clocks. */
const CLOCK_QUERIES = 200;

/** Milliseconds since 1970 with microseconds behind the point. */
const nowMs = (): number => performance.timeOrigin + performance.now();

const Frame = z.looseObject({
  type: z.string(),
  seq: z.number().optional(),
  data: z.looseObject({ id: z.string().optional() }),
});

interface Arrival {
  readonly seq: number;
  readonly ms: number;
}

/** A socket that keeps when it had which event. */
class Listener {
  readonly #arrivals = new Map<string, Arrival>();
  #look: () => void = () => undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (bytes) => {
      const ms = nowMs();
      const { type, seq, data } = Frame.parse(JSON.parse(String(bytes)));
      if (type !== 'patient_created' || seq === undefined || data.id === undefined) return;
      this.#arrivals.set(data.id, { seq, ms });
      this.#look();
    });
  }

  static async connect(port: number, token: string): Promise<Listener> {
    const headers = { authorization: `Bearer ${token}` };
    const listener = new Listener(new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers }));
    await new Promise<void>((resolve, reject) => {
      listener.socket.once('message', () => resolve());
      listener.socket.once('error', reject);
    });
    listener.socket.on('close', (code) => {
      throw new Error(`A socket was closed with ${code}`);
    });
    return listener;
  }

  /** Waits until this socket has the event about this patient. */
  arrival(id: string): Promise<Arrival> {
    return new Promise((resolve) => {
      this.#look = () => {
        const arrival = this.#arrivals.get(id);
        if (arrival === undefined) return;
        this.#arrivals.delete(id);
        resolve(arrival);
      };
      this.#look();
    });
  }

  end(): void {
    this.socket.removeAllListeners('close').terminate();
  }
}

/** One write; resolves when it was answered and every socket has its frame. */
const write = async (target: Wardbell, token: string, listeners: readonly Listener[]) => {
  const startMs = nowMs();
  const server = { url: `http://127.0.0.1:${target.port}` };
  const body = { first_name: 'Lat', last_name: 'Ency' };
  const { id } = await must(z.looseObject({ id: z.string() }), server, 'POST', '/patients', { token, body });
  const answerMs = nowMs();
  const arrivals = await Promise.all(listeners.map((listener) => listener.arrival(id)));
  return { startMs, answerMs, arrivals };
};

/** How far the database's clock is ahead of ours, by its quickest answer of many. */
const compareClocks = async (database: TestDatabase) => {
  let best = { offsetMs: 0, errorMs: Number.POSITIVE_INFINITY };
  for (let count = 0; count < CLOCK_QUERIES; count++) {
    const sentMs = nowMs();
    const [row] = await database.query<{ ms: number }>(
      'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms',
    );
    const errorMs = (nowMs() - sentMs) / 2;
    if (errorMs < best.errorMs) best = { offsetMs: (row?.ms ?? 0) - (sentMs + errorMs), errorMs };
  }
  return best;
};

/** Commit time of each event of the tenant, in milliseconds since 1970 by the database's clock. */
const commitTimes = async (
  database: TestDatabase,
  tenantId: string,
): Promise<ReadonlyMap<number, number>> => {
  const rows = await database.query<{ seq: number; ms: number }>(
    `SELECT seq::int, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS ms
     FROM wardbell.outbox WHERE tenant_id = $1`,
    [tenantId],
  );
  return new Map(rows.map(({ seq, ms }) => [seq, ms]));
};

const measure = async (target: Wardbell) => {
  const identity = target.identity(0, 'clinician');
  const token = mintToken(identity, 'latency');
  const listeners = await Promise.all(
    Array.from({ length: socketCount }, () => Listener.connect(target.port, token)),
  );
  try {
    console.log(`${warmup} writes to warm up, then ${writes}, to ${socketCount} socket(s) …`);
    for (let count = 0; count < warmup; count++) await write(target, token, listeners);
    const before = await compareClocks(target.database);
    const samples: Awaited<ReturnType<typeof write>>[] = [];
    for (let count = 0; count < writes; count++) samples.push(await write(target, token, listeners));
    const after = await compareClocks(target.database);
    const commits = await commitTimes(target.database, identity.tenantId);
    const offsetMs = (before.offsetMs + after.offsetMs) / 2;
    return {
      commitToFrame: samples.flatMap(({ arrivals }) =>
        arrivals.map(({ seq, ms }) => ms - ((commits.get(seq) ?? Number.NaN) - offsetMs)),
      ),
      postToFrame: samples.flatMap(({ startMs, arrivals }) => arrivals.map(({ ms }) => ms - startMs)),
      postToAnswer: samples.map(({ startMs, answerMs }) => answerMs - startMs),
      errorMs: Math.max(before.errorMs, after.errorMs, Math.abs(before.offsetMs - after.offsetMs) / 2),
    };
  } finally {
    for (const listener of listeners) listener.end();
  }
};

const report = ({
  commitToFrame,
  postToFrame,
  postToAnswer,
  errorMs,
}: Awaited<ReturnType<typeof measure>>) => {
  const row = (title: string, cells: readonly string[]) =>
    console.log(`${title.padEnd(18)}${cells.map((cell) => cell.padStart(8)).join('')}`);
  const figures = (title: string, sample: readonly number[]) => {
    const sorted = [...sample].sort((a, b) => a - b);
    row(
      title,
      [0.5, 0.9, 0.99, 1].map((part) => quantile(sorted, part).toFixed(2)),
    );
  };
  console.log('');
  row('milliseconds', ['p50', 'p90', 'p99', 'max']);
  figures('commit → frame', commitToFrame);
  figures('POST → frame', postToFrame);
  figures('POST → answer', postToAnswer);
  const { cpu, cores, node } = describeMachine();
  const [load = 0] = loadavg();
  console.log(`
${writes} writes one after the other, ${socketCount} socket(s), ${commitToFrame.length} frames.
Commit times are exact to ± ${errorMs.toFixed(2)} ms (two clocks). The flush to disk is included.
${cpu}, ${cores} cores, Node ${node}, load ${load.toFixed(1)}.`);
  if (load > cores) console.log('The machine is busy with other work: figures are worse than they need be.');
};

const postgres = await startPostgres({ track_commit_timestamp: 'on' });
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void postgres.stop().finally(() => process.exit(130)));
}
try {
  const target = await Wardbell.start(
    { postgres, cores: undefined, root: process.cwd(), name: 'Wardbell' },
    1,
  );
  try {
    report(await measure(target));
  } finally {
    await target.stop();
  }
} finally {
  await postgres.stop();
}
