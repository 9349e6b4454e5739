import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunningServer } from '../support/server.js';
import { runTool } from './run-tool.js';

const CONNECTIONS = 1_000;
const SECONDS = 30;

/** The attacks of slowhttptest, and the path that each needs. */
export const SLOW_ATTACKS: Readonly<Record<string, { readonly options: string; readonly path: string }>> = {
  'slow headers': { options: '-H -i 5 -t GET', path: '/health' },
  'slow bodies': { options: '-B -i 5 -s 8192 -t POST -f application/json', path: '/api/v1/auth/login' },
  'slow reads': { options: '-X -w 1 -y 64 -n 5 -z 32 -k 10', path: '/api/v1/openapi.json' },
  'overlapping ranges': { options: '-R -a 1 -b 3000 -t HEAD', path: '/' },
};

export interface SlowOutcome {
  /** Requests of another client while the attack lasted, whatever the answer was. */
  readonly answered: number;
  readonly unanswered: number;
  readonly slowestMs: number;
  /** Seconds in which the tool's own probe got no answer. */
  readonly unavailableS: number;
  readonly mostOpen: number;
  /** Connections of the attack, also those that the server has closed after its answer. */
  readonly opened: number;
  /** The most memory of the server while the attack lasted. */
  readonly peakMb: number;
}

/** Runs an attack with 1,000 connections, while another client asks for something every 200 ms. */
export async function attackSlowly(
  { url, pid }: Pick<RunningServer, 'url' | 'pid'>,
  { options, path }: { readonly options: string; readonly path: string },
  cwd: string,
): Promise<SlowOutcome> {
  const probe = { answered: 0, unanswered: 0, slowestMs: 0, peakMb: 0 };
  let isOver = false;
  const probing = (async () => {
    while (!isOver) {
      const startedMs = performance.now();
      const isAnswered = await fetch(`${url}/api/v1/openapi.json`, {
        signal: AbortSignal.timeout(20_000),
      }).then(
        () => true,
        (error: unknown) => {
          console.log(`        ${String(Object(error).cause ?? error)}`);
          return false;
        },
      );
      probe.slowestMs = Math.max(probe.slowestMs, performance.now() - startedMs);
      if (isAnswered) probe.answered += 1;
      else probe.unanswered += 1;
      probe.peakMb = Math.max(probe.peakMb, residentMb(pid));
      await delay(200);
    }
  })();
  const command = [
    'slowhttptest',
    ...options.split(' '),
    '-c',
    CONNECTIONS,
    '-r',
    200,
    '-l',
    SECONDS,
    '-p',
    5,
  ];
  const report = join(cwd, 'slow.csv');
  rmSync(report, { force: true });
  const { output, code } = await runTool(
    [...command.map(String), '-g', '-o', join(cwd, 'slow'), '-u', `${url}${path}`],
    { cwd, maxMs: (SECONDS + 60) * 1_000 },
  );
  isOver = true;
  await probing;
  if (code === 255) throw new Error(`slowhttptest did not take its options:\n${output.slice(-2_000)}`);
  const rows = readFileSync(report, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));
  if (rows.length === 0) throw new Error(`slowhttptest has measured nothing:\n${output.slice(-2_000)}`);
  // seconds, closed, pending, connected, and a number above 0 while the tool's own probe is answered
  const columns = rows.map(([, closed = 0, , connected = 0, available = 0]) => ({
    closed,
    connected,
    available,
  }));
  return {
    ...probe,
    unavailableS: columns.filter(({ available }) => available === 0).length,
    mostOpen: Math.max(...columns.map(({ connected }) => connected)),
    opened: Math.max(...columns.map(({ closed, connected }) => closed + connected)),
  };
}

const residentMb = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_000;
