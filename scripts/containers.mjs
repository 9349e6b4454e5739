import { fileURLToPath } from 'node:url';
import { runBundled } from './lib/bundled.mjs';
import { provideContainerEngine } from './lib/programs.mjs';

/**
 * `npm run test:containers`: builds the image and runs it, alone and with docker-compose.yml. Uses Docker if its engine
 * answers, otherwise Podman, which is installed if possible (root on Debian). The last line is
 * `N passed, N failed, N skipped`. `--clean` removes the images that are kept for the next run.
 */
await runBundled(fileURLToPath(new URL('..', import.meta.url)), {
  entry: 'test/containers/main.ts',
  prepare: provideContainerEngine,
  // bundled from its source, because only the image is built here
  alias: { '@wardbell/contract': './contract/src/index.ts' },
});
