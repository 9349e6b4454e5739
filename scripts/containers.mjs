import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { install, nodeProblem } from './lib/install.mjs';
import { provideContainerEngine } from './lib/programs.mjs';
import { endOnSignals, StepError } from './lib/steps.mjs';

/**
 * `npm run test:containers`: builds the image and runs it, alone and as docker-compose.yml says. With Docker
 * where its engine answers, else with Podman, which is installed where that is possible (root on Debian).
 * The last line is `N passed, N failed, N skipped`. `--clean` removes the images that it keeps for the next run.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = fileURLToPath(new URL('../.cache/containers.mjs', import.meta.url));

endOnSignals((signal) => (signal === 'SIGINT' ? 130 : 143));
try {
  const problem = nodeProblem();
  if (problem !== undefined) throw new StepError(problem);
  await install(root);
  await provideContainerEngine();
  await bundle({
    absWorkingDir: root,
    entryPoints: ['test/containers/main.ts'],
    bundle: true,
    packages: 'external',
    // from its source: the image is what gets built here
    alias: { '@wardbell/contract': './contract/src/index.ts' },
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
    outfile,
  });
} catch (error) {
  console.error(error instanceof StepError ? error.message : error);
  process.exit(1);
}

const tests = spawn(process.execPath, ['--enable-source-maps', outfile, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
// Ctrl-C reaches both; the tests remove their containers, and this process ends with them.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => tests.kill(signal));
tests.on('exit', (code) => process.exit(code ?? 1));
