import { expect, it } from '@jest/globals';
import { faultsOf, findingsOf, markdownRow, rowOf } from './support/report.js';
import { run } from './support/run.js';

/** The long form is `npm run test:faults`; `--seed N` runs one of its seeds again. */
const SEED = 1;
const RUN_MS = 15_000;

it('loses, repeats and leaks nothing while everything fails', async () => {
  const result = await run({ seed: SEED, runMs: RUN_MS, isHurried: true });
  expect({ row: markdownRow(rowOf(result)), faults: faultsOf(result), findings: findingsOf(result) }).toEqual(
    expect.objectContaining({ findings: [] }),
  );
  expect(result.events).toBeGreaterThan(100);
  expect(result.recoveriesMs.length).toBeGreaterThan(0);
}, 180_000);
