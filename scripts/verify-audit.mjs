import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importBuilt } from './lib/built.mjs';

/** `npm run verify-audit -- [--anchor FILE]... [--keys FILE] [--tenant ID]`: checks the audit log against its signed heads. */

const root = fileURLToPath(new URL('..', import.meta.url));
// npm starts scripts in the folder of the package, and paths are relative to where the command was given
const from = process.env.INIT_CWD ?? process.cwd();
process.argv = process.argv.map((argument, index, all) => {
  if (['--anchor', '--keys'].includes(all[index - 1])) return resolve(from, argument);
  return argument.replace(/^(--(?:anchor|keys)=)(.*)/, (_, option, path) => option + resolve(from, path));
});
process.chdir(root);
await importBuilt('verify-audit.js');
