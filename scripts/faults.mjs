import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { build } from './lib/build.mjs';
import { install, nodeProblem } from './lib/install.mjs';
import { endOnSignals, StepError } from './lib/steps.mjs';

/**
 * `npm run test:faults`: builds the server and the fault rig, then runs it with many seeds and prints a table.
 * Arguments go to the rig: `--seed N` runs one again, `--seeds`, `--from`, `--seconds`, `--verbose`.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = fileURLToPath(new URL('../.cache/faults.mjs', import.meta.url));

endOnSignals((signal) => (signal === 'SIGINT' ? 130 : 143));
try {
  const problem = nodeProblem();
  if (problem !== undefined) throw new StepError(problem);
  await install(root);
  await build(root);
  await bundle({
    absWorkingDir: root,
    entryPoints: ['test/faults/main.ts'],
    bundle: true,
    packages: 'external',
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

const rig = spawn(process.execPath, ['--enable-source-maps', outfile, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
// Ctrl-C reaches both; the rig ends what it started, and this process with it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => rig.kill(signal));
rig.on('exit', (code) => process.exit(code ?? 1));
