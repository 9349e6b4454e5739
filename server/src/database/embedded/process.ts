import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from '../../platform/errors/error-code.js';

const onLinux = process.platform === 'linux';
const POLL_MS = 20;

/**
 * The start time of a process, only for comparison; undefined when the process does not exist. Pids are reused, but the
 * pair of pid and start time is unique.
 */
export function startOf(pid: number): string | undefined {
  try {
    if (!onLinux)
      return execFileSync('ps', ['-p', String(pid), '-o', 'lstart='], { encoding: 'utf8' }).trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Read after the program name, which can contain blanks and brackets. `starttime` is the 20th field from there.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** True when a process with this pid runs, even one of another user. A zombie does not count. */
export function isRunning(pid: number): boolean {
  if (onLinux) return startOf(pid) !== undefined;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** True when the process is a postgres of this cluster, recognised by its working directory. */
export function isPostgresOf(pid: number, clusterDir: string): boolean {
  try {
    if (onLinux) return readlinkSync(`/proc/${pid}/cwd`) === clusterDir;
    const command = execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
    return command.includes('postgres') && command.includes(clusterDir);
  } catch {
    return false;
  }
}

/** Sends a signal. Ignores a process that has already ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/** Waits until the process has ended. Returns false if it still runs after `timeoutMs`. */
export async function isGone(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isRunning(pid)) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** Shutdown modes of PostgreSQL with their timeouts, from gentle to forced. */
const SHUTDOWN: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 15_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
];

/**
 * Shuts a postmaster down: first fast (ends the backends and writes a checkpoint), then immediate (no checkpoint), then
 * with SIGKILL. No committed data is lost in any mode.
 */
export async function shutDown(pid: number): Promise<void> {
  for (const [name, timeoutMs] of SHUTDOWN) {
    signal(pid, name);
    if (await isGone(pid, timeoutMs)) return;
  }
}

/** Time for the backends of a killed postmaster to exit by themselves before they are killed. */
const ORPHANS_MS = 5_000;

/** Waits until no process uses the cluster. Without /proc this relies on PostgreSQL's own check. */
export async function endOrphans(clusterDir: string): Promise<void> {
  if (!onLinux) return;
  const orphans = readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && isPostgresOf(pid, clusterDir));
  for (const pid of orphans) {
    if (!(await isGone(pid, ORPHANS_MS))) signal(pid, 'SIGKILL');
    await isGone(pid, ORPHANS_MS);
  }
}
