import { randomInt } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { expect, it } from '@jest/globals';
import { fuzz } from '../../fuzz/fuzz.js';
import { server, useServer } from '../../support/fixture.js';

const COLLECTOR = pathToFileURL('test/support/collect-garbage.mjs').href;
/** So short a run fills rings and caches, which `npm run fuzz` measures once they are full. */
const MAX_GROWTH_BYTES = 40_000_000;

useServer({ env: { NODE_OPTIONS: `--import=${COLLECTOR}` } });

it('stays healthy under 1,500 mutated requests and 1,500 mutated frames', async () => {
  const seed = randomInt(2 ** 31);
  const { findings, memoryBytes, requests, frames, statuses } = await fuzz(server, {
    seed,
    requests: 1_500,
    frames: 1_500,
    maxMs: 150_000,
  });
  // again: npm run fuzz -- --seed … --requests 1500 --frames 1500
  expect({ seed, findings }).toEqual({ seed, findings: [] });
  expect(memoryBytes.late - memoryBytes.early).toBeLessThan(MAX_GROWTH_BYTES);
  expect(requests).toBeGreaterThan(300);
  expect(frames).toBeGreaterThan(300);
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 401, 403, 404, 422]));
});
