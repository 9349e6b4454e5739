import { fileURLToPath } from 'node:url';
import { build } from './lib/build.mjs';
import { install, nodeProblem } from './lib/install.mjs';
import { migrateStep } from './lib/migrate-step.mjs';
import { endOnSignals, StepError } from './lib/steps.mjs';

/** `npm start`: installs, builds, migrates and then runs the server in this process. */

const root = fileURLToPath(new URL('..', import.meta.url));
endOnSignals(() => 0);
try {
  const problem = nodeProblem();
  if (problem !== undefined) throw new StepError(problem);
  await install(root);
  await build(root);
  await migrateStep(root);
} catch (error) {
  console.error(error instanceof StepError ? error.message : error);
  process.exit(1);
}
process.chdir(root);
// Not by default in production, where an empty database must not get demo data.
if (process.env.NODE_ENV !== 'production') process.env.DEMO ||= 'true';
await import('../server/dist/main.js');
