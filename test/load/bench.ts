import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LoadClient } from './load-client.js';
import { describeMachine, moveTo, place } from './machine.js';
import { rowResult, type ScenarioResult, toTable } from './report.js';
import type { Bench, Figures, Form, Row, Scenario } from './scenario.js';
import { scenarios } from './scenarios/index.js';
import { peers } from './targets/peer-target.js';
import { startPostgres } from './targets/postgres.js';
import { wardbell } from './targets/wardbell.js';

/**
 * Measures the real server and, in the same run and alternating with it, what it is compared with.
 * `--quick` shows that it works; `--long` takes the 10,000,000 rows of `--only=growth-writes` too;
 * `--only=<scenario>,…`, the only way to `growth-writes` and `soak`; `--runs=<n>`;
 * `--rows=<text>`: only those whose name contains it; `--against=<folder>`: another built checkout, measured
 * beside this one; `--minutes=<n>` of the soak.
 */

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    only: { type: 'string' },
    runs: { type: 'string' },
    rows: { type: 'string', default: '' },
    against: { type: 'string' },
    minutes: { type: 'string', default: '60' },
  },
});

const root = process.cwd();
const form: Form = values.quick ? 'quick' : values.long ? 'long' : 'full';
const runs = Number(values.runs ?? (form === 'quick' ? 1 : 5));

const chosen = (): readonly Scenario[] => {
  if (values.only === undefined) return scenarios.filter(({ isDefault }) => isDefault);
  return values.only.split(',').map((name) => {
    const scenario = scenarios.find((known) => known.name === name);
    if (!scenario) throw new Error(`no scenario ${name}: ${scenarios.map((known) => known.name).join(', ')}`);
    return scenario;
  });
};

/** Rows take turns, so that what else the machine does falls on all of them. */
const runScenario = async (scenario: Scenario, rows: readonly Row[]): Promise<ScenarioResult> => {
  const results = rows.map((row) => ({ row, figures: [] as Figures[], failures: [] as string[] }));
  for (let run = 1; run <= runs; run++) {
    for (const { row, figures, failures } of results) {
      process.stderr.write(`${scenario.name} ${run}/${runs}: ${row.name}\n`);
      try {
        figures.push(await row.measure());
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        process.stderr.write(`  failed: ${message}\n`);
        failures.push(message);
      }
    }
  }
  return {
    name: scenario.name,
    title: scenario.title,
    rows: results.map(({ row, figures, failures }) => rowResult(row, figures, failures)),
  };
};

const main = async (): Promise<boolean> => {
  const placement = place();
  moveTo(process.pid, placement.others); // and what it starts, unless that is told otherwise
  const machine = describeMachine();
  const postgres = await startPostgres();
  const ours = { postgres, cores: placement.server };
  const bench: Bench = {
    form,
    soakMinutes: Number(values.minutes),
    placement,
    postgres,
    peers: peers(placement.server),
    wardbells: [
      wardbell({ ...ours, root, name: 'Wardbell' }),
      ...(values.against === undefined
        ? []
        : [wardbell({ ...ours, root: resolve(values.against), name: `Wardbell of ${values.against}` })]),
    ],
    pick: (quick, full) => (form === 'quick' ? quick : full),
    withClient: async (work) => {
      const client = new LoadClient(placement.others);
      try {
        return await work(client);
      } finally {
        client.stop();
      }
    },
  };
  const folder = join(root, 'bench-results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${new Date().toISOString().replace(/[:.]/g, '-')}.json`);
  const results: ScenarioResult[] = [];
  const tables: string[] = [];
  const onSignal = (): void => {
    void postgres.stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    for (const scenario of chosen()) {
      const result = await runScenario(
        scenario,
        scenario.rows(bench).filter(({ name }) => name.includes(values.rows)),
      );
      results.push(result);
      tables.push(toTable(scenario, result));
      process.stdout.write(`\n${tables.at(-1)}\n\n`);
      writeFileSync(file, `${JSON.stringify({ machine, form, runs, results }, null, 2)}\n`);
    }
  } finally {
    await postgres.stop();
  }
  const { load_average, ...fixed } = machine;
  process.stdout.write(
    `\n${tables.join('\n\n')}\n\n${Object.values(fixed).join(', ')}; load before: ${load_average.join(' ')}; ` +
      `medians of ${runs} runs; ${file}\n`,
  );
  return results.every(({ rows }) => rows.every(({ failures }) => failures.length === 0));
};

if (process.platform !== 'linux') {
  process.stderr.write('The benchmarks need Linux: they read what processes cost from /proc.\n');
  process.exit(1);
}
process.exit((await main()) ? 0 : 1);
