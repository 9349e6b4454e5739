import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startServer } from '../support/server.js';
import { fuzz } from './fuzz.js';

const { values } = parseArgs({
  options: {
    /** Repeats what a run has drawn; the order in which the server takes it is never quite the same. */
    seed: { type: 'string' },
    frames: { type: 'string', default: '100000' },
    requests: { type: 'string', default: '100000' },
    /** Ends the run after so many minutes. */
    minutes: { type: 'string', default: '30' },
  },
});
const MB = 1_000_000;
/** What live objects may grow by after a fifth of the run: rings and caches are bounded, but not all full by then. */
const MAX_GROWTH_MB = 20;

const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
console.log(`seed ${seed}`);
const server = await startServer({
  env: {
    MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '10000000',
    NODE_OPTIONS: `--import=${pathToFileURL(resolve('test/support/collect-garbage.mjs')).href}`,
  },
  timeoutMs: 300_000,
});
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void server.stop().then(() => process.exit(130)));

const startedMs = performance.now();
const result = await fuzz(server, {
  seed,
  frames: Number(values.frames),
  requests: Number(values.requests),
  maxMs: Number(values.minutes) * 60_000,
  say: (line) => console.log(`${Math.round((performance.now() - startedMs) / 1_000)} s: ${line}`),
});
const stopped = await server.stop();

const { early, late } = result.memoryBytes;
const findings = [...result.findings];
if ((late - early) / MB > MAX_GROWTH_MB) findings.push('memory has grown');
if (stopped !== 0) findings.push(`the server ended with ${stopped}`);
if (result.frames < Number(values.frames) || result.requests < Number(values.requests))
  findings.push('not everything was sent in time');
console.log(`${result.requests} requests, by status: ${counts(result.statuses)}`);
console.log(`${result.frames} frames, sockets by close code: ${counts(result.closes)}`);
console.log(`memory: ${(early / MB).toFixed(1)} MB after a fifth, ${(late / MB).toFixed(1)} MB at the end`);
for (const finding of findings) console.log(`FOUND: ${finding}`);
console.log(findings.length === 0 ? 'The server stayed healthy' : `again: npm run fuzz -- --seed ${seed}`);
process.exit(findings.length === 0 ? 0 : 1);

function counts(map: ReadonlyMap<number, number>): string {
  return [...map]
    .sort(([a], [b]) => a - b)
    .map(([key, count]) => `${key} × ${count}`)
    .join(', ');
}
