import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { build } from './lib/build.mjs';
import { install, nodeProblem } from './lib/install.mjs';
import { providePrograms } from './lib/programs.mjs';
import { endOnSignals, run, StepError, seconds, step } from './lib/steps.mjs';

/**
 * `npm test`: runs all checks and tests against real programs. Later steps run even if an earlier one failed. The last
 * line is `N passed, N failed, N skipped`; each step that is not a test suite counts as one. `npm test -- <pattern>`
 * runs the matching test files, `--only=<project>` one project.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const isCi = process.env.CI === 'true';
const PROJECTS = ['unit', 'integration', 'faults', 'cluster', 'browser', 'speed'];
/** Projects that run in a short form unless they are run by name: `npm run test:faults`. */
const LONG = ['faults', 'cluster'];
const node = process.execPath;
const bin = (path) => join(root, 'node_modules', path);

const { values, positionals } = parseArgs({
  options: { only: { type: 'string', multiple: true, default: [] } },
  allowPositionals: true,
});
const chosen = values.only.length > 0 ? values.only : PROJECTS;
const isPart = values.only.length > 0 || positionals.length > 0;

const total = { passed: 0, failed: 0, skipped: 0 };
/** Titles of failed tests and steps, for the summary. */
const failures = [];

async function check(title, command, options = {}) {
  try {
    await step(title, command, { cwd: root, ...options });
    total.passed += 1;
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(error.message);
    failures.push(title);
    total.failed += 1;
  }
}

/** Runs one Jest project and adds its counts. */
async function jest(project) {
  const title = `Tests: ${project}`;
  const startedMs = performance.now();
  console.log(`${title} …`);
  const report = join(root, '.cache', `jest-${project}.json`);
  mkdirSync(join(root, '.cache'), { recursive: true });
  rmSync(report, { force: true });
  await run(
    [
      node,
      bin('jest/bin/jest.js'),
      '--selectProjects',
      project,
      '--passWithNoTests',
      '--json',
      `--outputFile=${report}`,
      ...(isCi ? ['--ci'] : []),
      ...(positionals.length > 0 ? ['--', ...positionals] : []),
    ],
    {
      cwd: root,
      show: true,
      env: {
        NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
        ...(LONG.includes(project) && values.only.includes(project) ? {} : { WARDBELL_TEST_SHORT: 'true' }),
      },
    },
  );
  add(title, existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined);
  console.log(`${title}: ended after ${seconds(startedMs)}`);
}

/** File, title and error of each failed test, since the lines above may be cut. */
const failedTests = (report) =>
  (report?.testResults ?? []).flatMap(({ name, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && assertionResults.length === 0) return [`${file}: ${shortened(message)}`];
    return failed.map(
      ({ fullName, failureMessages: [error = ''] }) => `${file} › ${fullName}: ${shortened(error)}`,
    );
  });
const shortened = (error) => stripVTControlCharacters(error).replaceAll(/\s+/g, ' ').trim().slice(0, 600);

function add(title, report) {
  // A file that does not load has no tests to count, and a run that crashed has no report.
  const broken = report === undefined ? 1 : report.numRuntimeErrorTestSuites;
  total.passed += report?.numPassedTests ?? 0;
  total.failed += (report?.numFailedTests ?? 0) + broken;
  total.skipped += (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  if (report?.success !== true) failures.push(title, ...failedTests(report).map((test) => `  ${test}`));
  if (report?.success === false && report.numFailedTests + broken === 0) total.failed += 1;
}

async function main() {
  const problem = nodeProblem();
  if (problem !== undefined) throw new StepError(problem);
  await install(root);

  if (!isPart) {
    await check('Formatting and lint', [node, bin('@biomejs/biome/bin/biome'), isCi ? 'ci' : 'check', '.']);
  }
  let isBuilt = true;
  try {
    await build(root);
    total.passed += 1;
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(error.message);
    failures.push(error.message);
    total.failed += 1;
    isBuilt = false;
  }
  if (!isPart) {
    await check('Types of tests', [node, bin('typescript/bin/tsc'), '-p', 'test']);
    await check('Import boundaries', [
      node,
      bin('dependency-cruiser/bin/dependency-cruise.mjs'),
      ...['--config', '.dependency-cruiser.mjs', 'contract/src', 'client/src', 'server/src', 'admin'],
    ]);
  }
  const missing = await providePrograms(root);
  for (const project of chosen) {
    if (isBuilt || project === 'unit') await jest(project);
    else {
      failures.push(`Tests: ${project} (not run: the build failed)`);
      total.failed += 1;
    }
  }
  summarise(missing);
}

function summarise(missing) {
  console.log('');
  for (const name of missing)
    console.log(`SKIPPED: the tests that need ${name}, which could not be installed`);
  for (const title of failures) console.log(`FAILED: ${title}`);
  if (isCi && total.skipped > 0) console.log('FAILED: with CI=true nothing may be skipped');
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed > 0 || (isCi && total.skipped > 0) ? 1 : 0;
}

endOnSignals((signal) => (signal === 'SIGINT' ? 130 : 143));
try {
  await main();
} catch (error) {
  console.error(error instanceof StepError ? error.message : error);
  total.failed += 1;
  summarise([]);
}
