import { Patient } from '@wardbell/contract';
import { Random } from '../faults/support/random.js';
import { scrape } from '../integration/ws/scrape.js';
import type { RunningServer } from '../support/server.js';
import { connect } from '../support/socket.js';
import { must } from '../support/tenant.js';
import { type Cast, createCast } from './cast.js';
import { Findings } from './findings.js';
import { FrameFuzzer } from './frames.js';
import { RequestFuzzer } from './requests.js';

export interface FuzzOptions {
  readonly seed: number;
  readonly frames: number;
  readonly requests: number;
  /** The run ends after this time, with what it has done. */
  readonly maxMs: number;
  readonly say?: (line: string) => void;
}

export interface FuzzResult {
  readonly findings: readonly string[];
  readonly frames: number;
  readonly requests: number;
  readonly statuses: ReadonlyMap<number, number>;
  readonly closes: ReadonlyMap<number, number>;
  /** Bytes of live objects and buffers after a fifth of the run and at its end. */
  readonly memoryBytes: { readonly early: number; readonly late: number };
}

/** Requests and sockets at the same time. */
const AT_ONCE = 16;
/** Requests that one clinic is used for. */
const CAST_REQUESTS = 2_000;
const FRAMES_PER_SOCKET = 200;
/** A part of the run after which caches are filled. */
const WARM_UP = 0.2;

/**
 * Sends requests and frames to a server that was started with `test/support/collect-garbage.mjs`, and looks whether it
 * stays healthy: no error of its own, every socket answers, and an event still arrives at the end.
 */
export async function fuzz(server: RunningServer, options: FuzzOptions): Promise<FuzzResult> {
  const random = new Random(options.seed);
  const findings = new Findings();
  const requests = new RequestFuzzer(server.port, random.fork(), findings);
  const frames = new FrameFuzzer(server.port, random.fork(), findings);
  const startedMs = performance.now();
  const isLate = (): boolean => performance.now() - startedMs > options.maxMs;
  let cast: Cast = await createCast(server);
  let [sentRequests, sentFrames] = [0, 0];

  const sendRequests = async (until: number): Promise<void> => {
    while (sentRequests < until && !isLate()) {
      sentRequests += 1;
      if (sentRequests % CAST_REQUESTS === 0) {
        cast = await createCast(server);
        options.say?.(`${sentRequests} requests, ${sentFrames} frames`);
      }
      await requests.sendOne(cast);
    }
  };
  const sendFrames = async (until: number): Promise<void> => {
    while (sentFrames < until && !isLate()) {
      sentFrames += await frames.sendOnSocket(cast, Math.min(FRAMES_PER_SOCKET, until - sentFrames));
    }
  };
  const run = async (share: number): Promise<void> => {
    const workers = Array.from({ length: AT_ONCE }, (_, n) =>
      n % 2 === 0 ? sendRequests(options.requests * share) : sendFrames(options.frames * share),
    );
    await Promise.all(workers);
  };

  await run(WARM_UP);
  const early = await keptBytes(server);
  await run(1);
  requests.end();
  const late = await keptBytes(server);
  await expectHealthy(server, findings);
  return {
    findings: findings.list(),
    frames: sentFrames,
    requests: sentRequests,
    statuses: requests.statuses,
    closes: frames.closes,
    memoryBytes: { early, late },
  };
}

/** The least of several readings, each after garbage was collected. */
async function keptBytes(server: RunningServer): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let reading = 0; reading < 10; reading++) {
    process.kill(server.pid, 'SIGUSR2');
    const samples = await scrape(server);
    least = Math.min(least, samples('nodejs_heap_size_used_bytes') + samples('nodejs_external_memory_bytes'));
  }
  return least;
}

async function expectHealthy(server: RunningServer, findings: Findings): Promise<void> {
  if (server.process.exitCode !== null || server.process.signalCode !== null) {
    findings.add('the server has ended', server.output().slice(-2_000));
    return;
  }
  const ready = await fetch(`${server.url}/health/ready`);
  if (ready.status !== 200) findings.add('the server is not ready', await ready.text());
  const { staff } = await createCast(server);
  const socket = await connect(server.wsUrl, { token: staff });
  const body = { first_name: 'After', last_name: 'Fuzz' };
  const { id } = await must(Patient, server, 'POST', '/patients', { token: staff, body });
  await socket.waitFor(({ type, data }) => type === 'patient_created' && data?.['id'] === id);
  await socket.close();
  for (const line of server.logs())
    if (['error', 'fatal'].includes(line.level)) findings.add(`logged: ${line.msg}`, JSON.stringify(line));
}
