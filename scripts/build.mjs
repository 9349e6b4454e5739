import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './lib/build.mjs';
import { install, nodeProblem } from './lib/install.mjs';
import { writeBillOfMaterials } from './lib/sbom.mjs';
import { endOnSignals, StepError } from './lib/steps.mjs';

/** `npm run build`: builds everything that `npm start` needs, without starting the server, and writes its bill of materials. */

const root = fileURLToPath(new URL('..', import.meta.url));
endOnSignals((signal) => (signal === 'SIGINT' ? 130 : 143));
try {
  const problem = nodeProblem();
  if (problem !== undefined) throw new StepError(problem);
  await install(root);
  await build(root);
  await writeBillOfMaterials(root, join(root, 'server/dist'));
  console.log('Wrote what it is made of: server/dist/sbom.cdx.json, third-party-licenses.txt');
} catch (error) {
  console.error(error instanceof StepError ? error.message : error);
  process.exitCode = 1;
}
