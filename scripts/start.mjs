import { fileURLToPath } from 'node:url';
import { build } from './lib/build.mjs';
import { install, nodeProblem } from './lib/install.mjs';
import { endOnSignals, StepError } from './lib/steps.mjs';

/** `npm start`: from a fresh clone to a running server, which then lives in this very process. */

const root = fileURLToPath(new URL('..', import.meta.url));
endOnSignals(() => 0);
try {
  const problem = nodeProblem();
  if (problem !== undefined) throw new StepError(problem);
  await install(root);
  await build(root);
} catch (error) {
  console.error(error instanceof StepError ? error.message : error);
  process.exit(1);
}
process.chdir(root);
// Never unasked in production, where the empty database is somebody's real one.
if (process.env.NODE_ENV !== 'production') process.env.DEMO ||= 'true';
await import('../server/dist/main.js');
