import { expect, it } from '@jest/globals';
import { hasProgram } from '../support/program.js';
import { SCENARIOS } from './scenarios/index.js';
import type { Finding } from './support/oracle.js';

const SEED = 1;
/**
 * Findings about bounds on time. Other work on the machine may break one, so a second run decides; an event that was
 * lost, repeated, altered or given to a stranger is final.
 */
const TIMED = new Set<Finding['kind']>(['stale', 'unavailable', 'limit']);
const isShortRun = process.env['WARDBELL_TEST_SHORT'] === 'true';

it('gives every scenario of the fault rig a name of its own', () => {
  const names = SCENARIOS.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)].sort());
});

for (const { name, guarantee, isShort, needs = [], run } of SCENARIOS) {
  if (isShortRun && !isShort) continue;
  const test = needs.every(hasProgram) ? it : it.skip;
  test(`${guarantee} (${name})`, async () => {
    const findings = async () => (await run({ seed: SEED, say: () => undefined })).findings;
    const first = await findings();
    const isOnlyLate = first.every(({ kind }) => TIMED.has(kind));
    expect(first.length > 0 && isOnlyLate ? await findings() : first).toEqual([]);
  }, 600_000);
}
