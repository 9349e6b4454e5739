import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, StepError, step } from './steps.mjs';

/**
 * Programs that tests use and npm does not provide. Missing ones are installed if possible; otherwise they are
 * reported, because their tests are skipped.
 */

const runs = (program, ...args) => {
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
};

/** `debian`: the Debian package, or several alternatives, of which the first available one is installed. */
const PROGRAMS = [
  { name: 'chromium', debian: ['chromium-headless-shell', 'chromium'], isThere: hasChromium },
  { name: 'curl', debian: ['curl'], isThere: async () => runs('curl', '--version') },
  { name: 'faketime', debian: ['faketime'], isThere: async () => runs('faketime', '--version') },
  { name: 'kcat', debian: ['kcat'], isThere: async () => runs('kcat', '-V') },
  { name: 'nftables', debian: ['nftables'], isThere: async () => runs('nft', '--version') },
  { name: 'nginx', debian: ['nginx-light'], isThere: async () => runs('nginx', '-v') },
  { name: 'openssl', debian: ['openssl'], isThere: async () => runs('openssl', 'version') },
  {
    name: 'python3-websockets',
    debian: ['python3-websockets'],
    isThere: hasPython,
  },
  { name: 'pgbouncer', debian: ['pgbouncer'], isThere: async () => runs('pgbouncer', '--version') },
  { name: 'postgresql', debian: ['postgresql'], isThere: hasPostgresTools },
  { name: 'slowhttptest', debian: ['slowhttptest'], isThere: async () => runs('which', 'slowhttptest') },
  { name: 'sqlmap', debian: ['sqlmap'], isThere: async () => runs('which', 'sqlmap') },
  { name: 'testssl', debian: ['testssl.sh'], isThere: async () => runs('which', 'testssl') },
  { name: 'wapiti', debian: ['wapiti'], isThere: async () => runs('which', 'wapiti') },
  { name: 'redis-server', debian: ['redis-server'], isThere: async () => runs('redis-server', '--version') },
];

/** The same places as in the test that runs it. */
async function hasPython(root) {
  const { findPython } = await import(join(root, 'test/support/python.mjs'));
  return findPython() !== undefined;
}

/** The same places as in test/support/browser.ts, which opens it. */
async function hasChromium(root) {
  const { findChromium } = await import(join(root, 'test/support/chromium.mjs'));
  return findChromium() !== undefined;
}

/** The same places as in test/support/programs.ts. */
async function hasPostgresTools(root) {
  const { findPostgresTools } = await import(join(root, 'test/support/postgres-tools.mjs'));
  return findPostgresTools() !== undefined;
}

/**
 * @param {string} root
 * @param {readonly string[]} [names] absent: those that a test of `npm test` requires
 * @returns {Promise<string[]>} names of the programs that are still missing
 */
export async function providePrograms(root, names) {
  const wanted = PROGRAMS.filter(({ name }) => names?.includes(name) ?? isAskedFor(root, name));
  const missing = await missingOf(root, wanted);
  if (missing.length === 0) return [];
  await attempt(() => installFromDebian(missing));
  if ((await missingOf(root, missing)).some(({ name }) => name === 'chromium')) {
    await attempt(() => installChromium(root));
  }
  return (await missingOf(root, missing)).map(({ name }) => name);
}

async function missingOf(root, programs) {
  const found = await Promise.all(programs.map(({ isThere }) => isThere(root)));
  return programs.filter((_, index) => !found[index]);
}

/** Tests require a program by `describeWith('<name>', …)`, scenarios of `npm test` by `needs: ['<name>']`. */
const isAskedFor = (root, name) =>
  readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(root, 'test', path), 'utf8'))
    .some(
      (text) =>
        text.includes(`describeWith('${name}'`) ||
        (text.includes(`needs: ['${name}']`) && text.includes('isShort: true')),
    );

/**
 * Provides Docker, or Podman for `npm run test:containers` without it, and debootstrap for machines that cannot reach
 * an image registry.
 */
export async function provideContainerEngine() {
  if (runs('docker', 'info')) return;
  const missing = ['podman', 'runc', 'iptables', 'debootstrap'].filter((name) => !runs(name, '--version'));
  if (!existsSync('/usr/lib/cni/bridge') && !existsSync('/usr/lib/podman/netavark')) {
    missing.push('containernetworking-plugins');
  }
  if (missing.length > 0) await attempt(() => installFromDebian(missing.map((name) => ({ debian: [name] }))));
}

async function installFromDebian(programs) {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  if (process.getuid?.() !== 0 || !/^ID=debian$/m.test(release)) return;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run(['apt-get', 'update', '-qq'], { env });
  const packages = programs.map(
    ({ debian }) => debian.find((name) => runs('apt-cache', 'show', name)) ?? debian[0],
  );
  await step(
    `Installing ${packages.join(', ')}`,
    ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages],
    { env },
  );
}

async function installChromium(root) {
  await step('Installing Chromium', [
    process.execPath,
    join(root, 'node_modules/playwright-core/cli.js'),
    'install',
    // Its libraries are system packages, which only root can install.
    ...(process.getuid?.() === 0 ? ['--with-deps'] : []),
    'chromium',
  ]);
}

/** Ignores a failed installation: the program is reported as missing, and the step has printed the reason. */
async function attempt(install) {
  try {
    await install();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(error.message);
  }
}
