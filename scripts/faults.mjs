import { fileURLToPath } from 'node:url';
import { build } from './lib/build.mjs';
import { runBundled } from './lib/bundled.mjs';

/**
 * `npm run test:faults`: builds the server and the fault rig, then runs it with many seeds and prints a table.
 * Arguments go to the rig: `--seed N` runs one again, `--seeds`, `--from`, `--seconds`, `--verbose`.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
await runBundled(root, { entry: 'test/faults/main.ts', prepare: () => build(root) });
