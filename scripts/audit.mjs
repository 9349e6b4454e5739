import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { npm } from './lib/install.mjs';

/**
 * `npm run audit`: asks npm's registry for known vulnerabilities of what server and console run with. Exit codes: 0 none of
 * severity "high" or above, 1 some, 3 the registry did not answer, so nothing is known.
 */

const [program, ...args] = [...npm(), 'audit', '--omit=dev'];
const options = { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' };
const { stdout } = spawnSync(program, [...args, '--json'], options);
const { auditReportVersion, message } = JSON.parse(stdout || '{"message":"npm said nothing"}');
if (auditReportVersion === undefined) {
  console.error(`Nothing was checked, the registry did not answer: ${message}`);
  process.exitCode = 3;
} else {
  const { status } = spawnSync(program, [...args, '--audit-level=high'], { ...options, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
