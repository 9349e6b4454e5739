import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from './lib/build.mjs';
import { install, nodeProblem } from './lib/install.mjs';
import { endOnSignals, StepError, step } from './lib/steps.mjs';

/**
 * `npm run bench` and `npm run latency`: builds the server and the programs of test/load, then measures. The first
 * argument names the program; it says which other arguments it takes.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const [program = 'bench', ...args] = process.argv.slice(2);

endOnSignals((signal) => (signal === 'SIGINT' ? 130 : 143));
try {
  const problem = nodeProblem();
  if (problem !== undefined) throw new StepError(problem);
  await install(root);
  await build(root);
  await step(
    'Building the benchmarks',
    [process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'test/load'],
    { cwd: root },
  );
} catch (error) {
  console.error(error instanceof StepError ? error.message : error);
  process.exit(1);
}

const bench = spawn(process.execPath, [`test/load/dist/test/load/${program}.js`, ...args], {
  cwd: root,
  stdio: 'inherit',
});
// Ctrl-C signals both processes; the benchmark program stops its children and exits, and then this process does.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => bench.kill(signal));
bench.on('exit', (code) => process.exit(code ?? 1));
