import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { Receiver } from '../../integration/delivery/support/receiver.js';
import { scrape } from '../../integration/ws/scrape.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { Postgres } from './postgres.js';
import { percentile } from './report.js';

const SOCKETS = 100;
const EVENTS_PER_SECOND = 1_000;
const BATCH_MS = 100;
/** About the size of a patient. */
const TEXT_BYTES = 400;
/** Until everybody has been closed: buffers fill, 30 s without progress, and some reserve. */
const RUN_MS = 60_000;

/** What a server does with a hundred sockets that read nothing. */
export interface StalledFigures {
  readonly events: number;
  readonly eventsPerSecond: number;
  /** Memory that is really there, in bytes. */
  readonly residentBefore: number;
  readonly residentMost: number;
  readonly residentLast: number;
  /** Sessions that were paused at the same time, at most. */
  readonly lagging: number;
  /** Sockets that were closed with 4413. */
  readonly closedSlow: number;
  /** Delay of the server's event loop in milliseconds: the middle one of many short spans, and the longest. */
  readonly loopP50Ms: number;
  readonly loopMaxMs: number;
  /** From the commit to the socket of a client that reads, in milliseconds. */
  readonly deliveryP99Ms: number;
  /** Events that the stalled clients lacked after they had come back and resumed. */
  readonly lost: number;
}

const residentBytes = (pid: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

const Position = z.object({ seq: z.coerce.number(), epoch: z.string() });

/** Lets a hundred sockets of a tenant stall while it publishes 1,000 events a second, for a minute. */
export async function measureStalled(): Promise<StalledFigures> {
  const postgres = await Postgres.create();
  let server: RunningServer | undefined;
  const emitter = new pg.Client({ connectionString: postgres.superuserUrl });
  try {
    server = await startServer({
      database: postgres,
      env: { MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '100000', MAX_WEBSOCKET_CONNECTIONS_PER_TENANT: '1000' },
    });
    const { pid } = server;
    await emitter.connect();
    const tenantId = randomUUID();
    await emitter.query('INSERT INTO wardbell.tenant (id, name, slug) VALUES ($1, $2, $2)', [
      tenantId,
      'clinic',
    ]);
    const token = await mintToken({ role: 'clinician', tenantId });
    const { wsUrl } = server;
    const stalled = Array.from({ length: SOCKETS }, () => new Receiver(wsUrl, { token }));
    const witness = new Receiver(wsUrl, { token });
    for (const receiver of [...stalled, witness]) await receiver.hears('connected');
    for (const receiver of stalled) receiver.ws.pause();

    const residentBefore = residentBytes(pid);
    let residentMost = residentBefore;
    let lagging = 0;
    let events = 0;
    const loopMs: number[] = [];
    let loopMaxMs = 0;
    const startMs = performance.now();
    while (performance.now() - startMs < RUN_MS) {
      const due = Math.floor(((performance.now() - startMs) / 1_000) * EVENTS_PER_SECOND);
      if (due > events) {
        await emitter.query(
          `SELECT wardbell.emit($1, 'task_updated', jsonb_build_object('text', repeat('x', $2)))
           FROM generate_series(1, $3::int)`,
          [tenantId, TEXT_BYTES, due - events],
        );
        events = due;
      }
      residentMost = Math.max(residentMost, residentBytes(pid));
      // each scrape says what was since the one before
      const samples = await scrape(server);
      lagging = Math.max(lagging, samples('websocket_sessions_lagging'));
      loopMs.push(samples('nodejs_eventloop_lag_p50_seconds') * 1_000);
      loopMaxMs = Math.max(loopMaxMs, samples('nodejs_eventloop_lag_max_seconds') * 1_000);
      await delay(BATCH_MS);
    }
    const elapsedS = (performance.now() - startMs) / 1_000;
    await witness.reaches(events);
    const samples = await scrape(server);
    const residentLast = residentBytes(pid);
    const { rows } = await emitter.query(
      'SELECT h.seq, i.epoch FROM wardbell.tenant_head h, wardbell.installation i WHERE h.tenant_id = $1',
      [tenantId],
    );
    const { seq, epoch } = Position.parse(rows[0]);
    for (const receiver of stalled) receiver.ws.resume();
    await eventually(() => stalled.every(({ closeCode }) => closeCode !== undefined), {
      timeoutMs: 30_000,
      what: 'every stalled socket closed',
    });
    let lost = 0;
    for (const { last, seqs } of stalled) {
      const back = new Receiver(wsUrl, { token, query: { since: String(last), epoch } });
      await back.hears('resumed', 60_000);
      const seen = new Set([...seqs, ...back.seqs]);
      lost += seq - seen.size;
      back.ws.terminate();
    }
    return {
      events,
      eventsPerSecond: Math.round(events / elapsedS),
      residentBefore,
      residentMost,
      residentLast,
      lagging,
      closedSlow: samples('websocket_closes_total', { code: '4413' }),
      loopP50Ms: percentile(loopMs, 0.5),
      loopMaxMs,
      deliveryP99Ms: percentileOf(samples, 0.99),
      lost,
    };
  } finally {
    await emitter.end().catch(() => undefined);
    await server?.stop();
    await postgres.remove();
  }
}

/** Upper bound of the histogram's bucket that holds the percentile, in milliseconds. */
const percentileOf = (
  samples: (name: string, labels?: Readonly<Record<string, string>>) => number,
  part: number,
): number => {
  const total = samples('websocket_delivery_seconds_count');
  const bounds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
  const bound = bounds.find(
    (le) => samples('websocket_delivery_seconds_bucket', { le: String(le) }) >= part * total,
  );
  return (bound ?? Number.POSITIVE_INFINITY) * 1_000;
};
