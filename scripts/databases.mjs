import { fileURLToPath } from 'node:url';
import { build } from './lib/build.mjs';
import { runBundled } from './lib/bundled.mjs';
import { providePrograms } from './lib/programs.mjs';

/**
 * `npm run test:databases`: takes a backup, restores it as described in docs/operations.md into new clusters of
 * PostgreSQL 15, 16, 17 and 18, and tests the result. The last line is `N passed, N failed, N skipped`.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
await runBundled(root, {
  entry: 'test/databases/main.ts',
  prepare: async () => {
    await build(root);
    await providePrograms(root, ['postgresql']);
  },
});
