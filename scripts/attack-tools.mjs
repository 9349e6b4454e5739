import { fileURLToPath } from 'node:url';
import { build } from './lib/build.mjs';
import { runBundled } from './lib/bundled.mjs';
import { providePrograms } from './lib/programs.mjs';

/**
 * `npm run test:attack-tools`: attacks a server that it starts, over the loopback interface, with slowhttptest, sqlmap,
 * wapiti and testssl.sh, which it installs on Debian if they are missing. A finding that test/attack-tools/judge.ts does not
 * declare fails the run. `--only sqlmap` runs one of them. The last line is `N passed, N failed, N skipped`.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
await runBundled(root, {
  entry: 'test/attack-tools/main.ts',
  prepare: async () => {
    await build(root);
    await providePrograms(root, ['slowhttptest', 'sqlmap', 'wapiti', 'testssl', 'nginx', 'openssl']);
  },
});
