import { parseArgs } from 'node:util';
import { hasProgram } from '../support/program.js';
import { SCENARIOS } from './scenarios/index.js';
import type { Scenario } from './scenarios/scenario.js';
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
    /** Runs this scenario, or all of them with `all`, with the seed `seed` (1). */
    scenario: { type: 'string' },
    /** Measures a hundred readers that do not read instead. */
    stalled: { type: 'boolean', default: false },
    /** Another build, for `scripts/faults.mjs`. */
    server: { type: 'string' },
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

if (values.scenario !== undefined) await runScenarios(values.scenario, Number(values.seed ?? 1));

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

/** Runs scenarios one after the other, prints a row for each, and ends the process. */
async function runScenarios(name: string, seed: number): Promise<never> {
  const chosen = SCENARIOS.filter((scenario) => name === 'all' || scenario.name === name);
  if (chosen.length === 0) {
    console.error(`No scenario ${name}; there are: ${SCENARIOS.map((known) => known.name).join(', ')}`);
    process.exit(2);
  }
  console.log(markdownRow(['scenario', 'seed', 'findings', 'measured']));
  console.log(markdownRow(['---', '---', '---', '---']));
  let broken = 0;
  for (const scenario of chosen) {
    if (!(await runScenario(scenario, seed))) broken += 1;
    if (abort.signal.aborted) process.exit(130);
  }
  console.log(`\n${chosen.length - broken} of ${chosen.length} scenarios kept their guarantee`);
  process.exit(broken > 0 ? 1 : 0);
}

/** True when the guarantee held. */
async function runScenario({ name, needs = [], run: stage }: Scenario, seed: number): Promise<boolean> {
  const missing = needs.filter((program) => !hasProgram(program));
  if (missing.length > 0) {
    console.log(markdownRow([name, String(seed), 'skipped', `needs ${missing.join(', ')}`]));
    return process.env['CI'] !== 'true';
  }
  const { findings, measured } = await stage({ seed, abort: abort.signal, say }).catch((error: unknown) => ({
    findings: [{ kind: 'unavailable' as const, text: `did not end: ${String(error)}` }],
    measured: {},
  }));
  const figures = Object.entries(measured).map(([label, value]) => `${label}: ${value}`);
  console.log(markdownRow([name, String(seed), String(findings.length), figures.join('; ')]));
  for (const line of findingsOf({ findings })) console.log(`    ${line}`);
  return findings.length === 0;
}
