import { spawn } from 'node:child_process';

/**
 * Runs the programs of a build one after the other, shows the progress of slow ones, and ends all of them on Ctrl-C.
 */

/** Interval of the progress line of a long step. */
const ALIVE_MS = 15_000;
/** Time between SIGTERM and SIGKILL. */
const KILL_AFTER_MS = 3_000;
/** Lines of a failed step's output that are shown, from its beginning and from its end. */
const SHOWN_LINES = 40;
/** Output kept for that purpose, in characters. */
const KEPT_CHARACTERS = 200_000;

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
let isInterrupted = false;

/** A step failed. `message` is one line. */
export class StepError extends Error {}

export const seconds = (startedMs) => `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;

/**
 * Runs a program to its end.
 * @param {string} title of the step, such as "Building the server"
 * @param {readonly string[]} command program and arguments
 * @param {{ cwd?: string, env?: Record<string, string>, show?: boolean }} [options] `show` passes the
 *   output through; otherwise it is shown only when the program fails.
 * @throws {StepError} when it fails
 */
export async function step(title, command, options = {}) {
  const startedMs = performance.now();
  console.log(`${title} …`);
  const alive = setInterval(() => console.log(`${title} … ${seconds(startedMs)} so far`), ALIVE_MS);
  try {
    const { code, output } = await run(command, options);
    if (isInterrupted) await new Promise(() => {});
    if (code !== 0) {
      if (!options.show) console.error(excerpt(output));
      throw new StepError(`${title} failed`);
    }
    console.log(`${title}: done in ${seconds(startedMs)}`);
  } finally {
    clearInterval(alive);
  }
}

function excerpt(output) {
  const lines = output.trimEnd().split('\n');
  if (lines.length <= 2 * SHOWN_LINES) return lines.join('\n');
  return [...lines.slice(0, SHOWN_LINES), '…', ...lines.slice(-SHOWN_LINES)].join('\n');
}

/**
 * @param {readonly string[]} command
 * @param {{ cwd?: string, env?: Record<string, string>, show?: boolean }} options
 * @returns {Promise<{ code: number | null, output: string }>}
 */
export function run([program = '', ...args], { cwd, env, show = false } = {}) {
  return new Promise((resolve, reject) => {
    // A separate process group, so that the children of the program can be ended with it.
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
      detached: true,
    });
    running.add(child);
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-KEPT_CHARACTERS);
    };
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    child.once('error', (error) => {
      running.delete(child);
      reject(new StepError(`${program} cannot be started (${error.code})`));
    });
    child.once('close', (code) => {
      running.delete(child);
      resolve({ code, output });
    });
  });
}

/**
 * Makes SIGINT and SIGTERM end the running programs and then this process.
 * @param {(signal: NodeJS.Signals) => number} exitCode
 */
export function endOnSignals(exitCode) {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      // Once the server runs in this process, it handles the signals itself.
      if (process.listenerCount(signal) > 1 || isInterrupted) return;
      isInterrupted = true;
      void endRunning().then(() => process.exit(exitCode(signal)));
    });
  }
}

async function endRunning() {
  const ended = [...running].map((child) => new Promise((resolve) => child.once('close', resolve)));
  signalRunning('SIGTERM');
  const timer = setTimeout(() => signalRunning('SIGKILL'), KILL_AFTER_MS);
  await Promise.all(ended);
  clearTimeout(timer);
}

function signalRunning(signal) {
  for (const child of running) {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // The process has already ended.
    }
  }
}
