import { parseArgs } from 'node:util';
import { faultsOf, findingsOf, HEADINGS, markdownRow, rowOf } from './support/report.js';
import { run } from './support/run.js';
import { measureStalled } from './support/stalled.js';

const { values } = parseArgs({
  options: {
    /** Runs this one. */
    seed: { type: 'string' },
    /** Runs so many, from 1 or from `from`. */
    seeds: { type: 'string', default: '50' },
    from: { type: 'string', default: '1' },
    /** How long things go wrong in each. */
    seconds: { type: 'string', default: '20' },
    /** Measures a hundred readers that do not read instead. */
    stalled: { type: 'boolean', default: false },
    /** Says on standard error what happens when. */
    verbose: { type: 'boolean', default: false },
  },
});

if (values.stalled) {
  console.log(await measureStalled());
  process.exit(0);
}

const first = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
const runMs = Number(values.seconds) * 1_000;
let failed = 0;
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
const say = (line: string): void => {
  if (values.verbose) console.error(`${(performance.now() / 1_000).toFixed(2)} ${line}`);
};

console.log(markdownRow(HEADINGS));
console.log(markdownRow(HEADINGS.map(() => '---')));
for (let seed = first; seed < first + count; seed++) {
  const findings = await runOne(seed).catch((error: unknown) => [`${seed} did not end: ${String(error)}`]);
  if (abort.signal.aborted) process.exit(130);
  if (findings.length === 0) continue;
  failed += 1;
  for (const line of findings) console.log(`    ${line}`);
  console.log(`    again: npm run test:faults -- --seed ${seed} --seconds ${values.seconds}`);
}
console.log(`\n${count - failed} of ${count} runs lost, repeated and leaked nothing`);
process.exit(failed > 0 ? 1 : 0);

async function runOne(seed: number): Promise<string[]> {
  const result = await run({ seed, runMs, abort: abort.signal, say });
  console.log(markdownRow(rowOf(result)));
  if (count === 1) console.log(`\nfaults: ${faultsOf(result)}`);
  return findingsOf(result);
}
