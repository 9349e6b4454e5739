import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from './lib/build.mjs';
import { runBundled } from './lib/bundled.mjs';
import { providePrograms } from './lib/programs.mjs';

/**
 * `npm run test:faults`: builds the server and the fault rig, runs it with many seeds and prints a table. Arguments are
 * passed to the rig: `--seed N` repeats one seed, `--seeds`, `--from`, `--seconds`, `--verbose`. `--server DIR` runs
 * the built server and SDK of another folder, such as an older version.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { server: { type: 'string' } }, strict: false });
const other = typeof values.server === 'string' ? resolve(values.server) : undefined;
if (other) process.env['WARDBELL_TEST_SERVER'] = other;

await runBundled(root, {
  entry: 'test/faults/main.ts',
  prepare: async () => {
    await build(root);
    await providePrograms(root, ['faketime', 'nftables']);
  },
  ...(other && { alias: { '@wardbell/client': join(other, 'client/dist/index.js') } }),
});
