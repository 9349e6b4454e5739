import { fileURLToPath } from 'node:url';
import { build } from './lib/build.mjs';
import { install, nodeProblem } from './lib/install.mjs';
import { endOnSignals, StepError } from './lib/steps.mjs';

/** `npm run build`: builds everything that `npm start` needs, without starting the server. */

const root = fileURLToPath(new URL('..', import.meta.url));
endOnSignals((signal) => (signal === 'SIGINT' ? 130 : 143));
try {
  const problem = nodeProblem();
  if (problem !== undefined) throw new StepError(problem);
  await install(root);
  await build(root);
} catch (error) {
  console.error(error instanceof StepError ? error.message : error);
  process.exitCode = 1;
}
