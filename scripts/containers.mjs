import { fileURLToPath } from 'node:url';
import { runBundled } from './lib/bundled.mjs';
import { provideContainerEngine } from './lib/programs.mjs';

/**
 * `npm run test:containers`: builds the image and runs it, alone and as docker-compose.yml says. With Docker
 * where its engine answers, else with Podman, which is installed where that is possible (root on Debian).
 * The last line is `N passed, N failed, N skipped`. `--clean` removes the images that it keeps for the next run.
 */
await runBundled(fileURLToPath(new URL('..', import.meta.url)), {
  entry: 'test/containers/main.ts',
  prepare: provideContainerEngine,
  // from its source: the image is what gets built here
  alias: { '@wardbell/contract': './contract/src/index.ts' },
});
