// Writes docs/openapi.json and docs/asyncapi.json from the built contract. With --check it reports whether they are
// up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildAsyncApi } from '../server/dist/web/openapi/asyncapi.js';
import { buildOpenApi } from '../server/dist/web/openapi/openapi.js';

const documents = { 'openapi.json': buildOpenApi(), 'asyncapi.json': buildAsyncApi() };
const check = process.argv.includes('--check');
let stale = false;

for (const [name, document] of Object.entries(documents)) {
  const path = fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
  const text = `${JSON.stringify(document, null, 2)}\n`;
  if (!check) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    stale = true;
    console.error(`docs/${name} is not what the contract says: run node scripts/contract-docs.mjs`);
  }
}
process.exitCode = stale ? 1 : 0;
