import { describe, expect, it } from '@jest/globals';
import { faultsOf, findingsOf, markdownRow, rowOf } from './support/report.js';
import { run } from './support/run.js';
import { measureStalled } from './support/stalled.js';

/** The long form is `npm run test:faults`; `--seed N` runs one of its seeds again. */
const SEED = 8;
const RUN_MS = 12_000;

it('loses, repeats and leaks nothing while everything fails', async () => {
  const result = await run({ seed: SEED, runMs: RUN_MS, isHurried: true });
  expect({ row: markdownRow(rowOf(result)), faults: faultsOf(result), findings: findingsOf(result) }).toEqual(
    expect.objectContaining({ findings: [] }),
  );
  expect(result.events).toBeGreaterThan(50);
  expect(result.recoveriesMs.length).toBeGreaterThan(0);
}, 400_000);

const MAX_GROWTH_BYTES = 250 * 1024 * 1024;
/** A minute and a half of its own; the short form has readers that catch up (delivery/slow.test.ts). */
const inLongForm = process.env['WARDBELL_TEST_SHORT'] === undefined ? describe : () => undefined;

inLongForm('a hundred sockets that read nothing at 1,000 events a second', () => {
  it('are paused, closed 4413 and lose nothing, and memory stays flat', async () => {
    const figures = await measureStalled();
    expect(figures).toMatchObject({ lagging: 100, closedSlow: 100, lost: 0 });
    expect(figures.residentMost - figures.residentBefore).toBeLessThan(MAX_GROWTH_BYTES);
  }, 400_000);
});
