import { spawn } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { install, nodeProblem } from './install.mjs';
import { endOnSignals, StepError } from './steps.mjs';

/**
 * Runs a test program that is written in TypeScript, with the arguments of this process: installs missing packages,
 * prepares, bundles the program and exits with its exit code.
 * @param {string} root
 * @param {{ entry: string, prepare?: () => Promise<void>, alias?: Record<string, string> }} options `alias`:
 *   packages that are bundled from a file; all others are loaded as installed.
 */
export async function runBundled(root, { entry, prepare, alias }) {
  const outfile = join(root, '.cache', `${basename(dirname(entry))}.mjs`);
  endOnSignals((signal) => (signal === 'SIGINT' ? 130 : 143));
  try {
    const problem = nodeProblem();
    if (problem !== undefined) throw new StepError(problem);
    await install(root);
    await prepare?.();
    // imported here, because it may have been installed only now
    const { build } = await import('esbuild');
    await build({
      absWorkingDir: root,
      entryPoints: [entry],
      bundle: true,
      packages: 'external',
      alias: alias ?? {},
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: 'inline',
      logLevel: 'warning',
      outfile,
    });
  } catch (error) {
    console.error(error instanceof StepError ? error.message : error);
    process.exit(1);
  }
  const program = spawn(process.execPath, ['--enable-source-maps', outfile, ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  });
  // Ctrl-C signals both processes; the program stops its children and exits, and then this process does.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => program.kill(signal));
  program.on('exit', (code) => process.exit(code ?? 1));
}
