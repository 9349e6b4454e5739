import { fileURLToPath } from 'node:url';
import { build } from './lib/build.mjs';
import { install, nodeProblem } from './lib/install.mjs';
import { migrateStep } from './lib/migrate-step.mjs';
import { endOnSignals, run, StepError } from './lib/steps.mjs';

/**
 * `npm run dev`: runs the server on PORT (8000) and the console on http://localhost:3000, which proxies API and
 * WebSocket to it. On changes the compiler recompiles, the server restarts and the console reloads.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const CONSOLE_PORT = 3000;

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

const port = process.env.PORT || '8000';
const server = `http://localhost:${port}`;
const node = process.execPath;
const origins = process.env.ALLOWED_ORIGINS || `http://localhost:${CONSOLE_PORT},${server}`;

console.log(`Server ${server}, console with reload http://localhost:${CONSOLE_PORT}`);
await Promise.all([
  run(
    [
      node,
      'node_modules/typescript/bin/tsc',
      '-b',
      '--watch',
      '--preserveWatchOutput',
      'contract',
      'client',
      'server',
    ],
    {
      cwd: root,
      show: true,
    },
  ),
  run([node, '--watch', '--watch-preserve-output', 'server/dist/main.js'], {
    cwd: root,
    env: { PORT: port, DEMO: process.env.DEMO || 'true', ALLOWED_ORIGINS: origins },
    show: true,
  }),
  run([node, '../node_modules/next/dist/bin/next', 'dev', '--port', String(CONSOLE_PORT)], {
    cwd: `${root}/admin`,
    env: { WARDBELL_URL: server, NEXT_TELEMETRY_DISABLED: '1' },
    show: true,
  }),
]);
