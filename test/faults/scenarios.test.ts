import { expect, it } from '@jest/globals';
import { hasProgram } from '../support/program.js';
import { SCENARIOS } from './scenarios/index.js';

const SEED = 1;
const isShortRun = process.env['WARDBELL_TEST_SHORT'] === 'true';

it('gives every scenario of the fault rig a name of its own', () => {
  const names = SCENARIOS.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)].sort());
});

for (const { name, guarantee, isShort, needs = [], run } of SCENARIOS) {
  if (isShortRun && !isShort) continue;
  const test = needs.every(hasProgram) ? it : it.skip;
  test(`${guarantee} (${name})`, async () => {
    const { findings } = await run({ seed: SEED, say: () => undefined });
    expect(findings).toEqual([]);
  }, 600_000);
}
