import { fileURLToPath } from 'node:url';
import { build } from './lib/build.mjs';
import { runBundled } from './lib/bundled.mjs';

/**
 * `npm run test:sdk`: packs `@wardbell/client` and `@wardbell/contract`, installs them into a fresh project and uses
 * them there, against a real server. The last line is `N passed, N failed, N skipped`.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
await runBundled(root, { entry: 'test/sdk/main.ts', prepare: () => build(root) });
