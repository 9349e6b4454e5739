import { fileURLToPath } from 'node:url';
import { build } from './lib/build.mjs';
import { runBundled } from './lib/bundled.mjs';

/**
 * `npm run fuzz`: builds the server, starts it with a database of its own, sends it 100,000 mutated requests and 100,000
 * mutated frames over the loopback interface, and prints what it found. Arguments: `--seed N`, `--frames`, `--requests`,
 * `--minutes`.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
await runBundled(root, { entry: 'test/fuzz/main.ts', prepare: () => build(root) });
