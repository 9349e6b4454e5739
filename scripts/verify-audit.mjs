import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `npm run verify-audit -- [--anchor FILE]... [--keys FILE] [--tenant ID]`: checks the audit log against its signed heads. */

const root = fileURLToPath(new URL('..', import.meta.url));
// npm starts scripts in the folder of the package, and paths are relative to where the command was given
const from = process.env.INIT_CWD ?? process.cwd();
process.argv = process.argv.map((argument, index, all) => {
  if (['--anchor', '--keys'].includes(all[index - 1])) return resolve(from, argument);
  return argument.replace(/^(--(?:anchor|keys)=)(.*)/, (_, option, path) => option + resolve(from, path));
});
process.chdir(root);
if (!existsSync('server/dist/verify-audit.js')) {
  console.error('Run `npm run build` first.');
  process.exit(1);
}
await import('../server/dist/verify-audit.js');
