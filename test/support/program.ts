import { execFileSync } from 'node:child_process';
import { findChromium } from './chromium.mjs';
import { findPostgresTools } from './postgres-tools.mjs';
import { findPython } from './python.mjs';

/** Programs that npm cannot bring. `npm test` looks for those that some test asks for, and installs them. */
export type Program =
  | 'chromium'
  | 'curl'
  | 'faketime'
  | 'kcat'
  | 'nftables'
  | 'nginx'
  | 'openssl'
  | 'pgbouncer'
  | 'postgresql'
  | 'python3-websockets'
  | 'redis-server'
  | 'slowhttptest'
  | 'sqlmap'
  | 'testssl'
  | 'wapiti';

/** True when the program can be used here. */
export function hasProgram(program: Program): boolean {
  switch (program) {
    case 'chromium':
      return findChromium() !== undefined;
    case 'curl':
      return runs('curl', '--version');
    case 'faketime':
      return runs('faketime', '--version');
    case 'kcat':
      return runs('kcat', '-V');
    case 'nftables':
      return runs('nft', 'list', 'tables'); // which also needs the right to
    case 'nginx':
      return runs('nginx', '-v');
    case 'openssl':
      return runs('openssl', 'version');
    case 'pgbouncer':
      return runs('pgbouncer', '--version');
    case 'postgresql':
      return findPostgresTools() !== undefined;
    case 'python3-websockets':
      return findPython() !== undefined;
    case 'redis-server':
      return runs('redis-server', '--version');
    case 'slowhttptest':
    case 'sqlmap':
    case 'testssl':
    case 'wapiti':
      return runs('which', program); // their help ends with an error, or takes seconds
  }
}

function runs(program: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
