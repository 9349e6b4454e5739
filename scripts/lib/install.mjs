import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { step } from './steps.mjs';

/** As in package.json's `engines`. */
const MIN_NODE = [20, 19];

/** @returns {string | undefined} an error message when Node is too old */
export function nodeProblem(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  return isEnough ? undefined : `Wardbell needs Node ${MIN_NODE.join('.')} or newer, this is ${version}`;
}

/** Installs the packages of package-lock.json unless they are there. */
export async function install(root) {
  if (isInstalled(root)) return;
  await step('Installing packages', [...npm(), 'ci', ...FLAGS], { cwd: root });
}

const FLAGS = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];

/** The npm that runs this script, otherwise the one on the path. */
export const npm = () => {
  const script = process.env.npm_execpath;
  return script?.endsWith('.js') ? [process.execPath, script] : ['npm'];
};

/**
 * Compares npm's record of the installed packages, which npm writes last, so an interrupted install is detected too.
 */
function isInstalled(root) {
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const present = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(([path, { version, link, optional, peer }]) => {
    if (link || optional || peer || !path.startsWith('node_modules/')) return true;
    return present[path]?.version === version;
  });
}

function packagesIn(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}
