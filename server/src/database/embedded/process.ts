import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from '../../platform/errors/error-code.js';

const onLinux = process.platform === 'linux';
const POLL_MS = 20;

/**
 * When a process started, in a form to compare only; undefined when there is none. With its number this
 * names a process for good: numbers are reused.
 */
export function startOf(pid: number): string | undefined {
  try {
    if (!onLinux)
      return execFileSync('ps', ['-p', String(pid), '-o', 'lstart='], { encoding: 'utf8' }).trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the program's name, which may hold blanks and brackets: state, ppid, … starttime is the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** True when a process with this number runs, whoever owns it; a zombie does not run. */
export function isRunning(pid: number): boolean {
  if (onLinux) return startOf(pid) !== undefined;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** True when the process is a postgres that serves this cluster: it makes that its working directory. */
export function isPostgresOf(pid: number, clusterDir: string): boolean {
  try {
    if (onLinux) return readlinkSync(`/proc/${pid}/cwd`) === clusterDir;
    const command = execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
    return command.includes('postgres') && command.includes(clusterDir);
  } catch {
    return false;
  }
}

/** Sends a signal; a process that is gone already is fine. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/** Waits until the process is gone; false when it still runs after `timeoutMs`. */
export async function isGone(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isRunning(pid)) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** How long PostgreSQL may take for each way of shutting down, gentlest first. */
const SHUTDOWN: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 15_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
];

/**
 * Shuts a postmaster down: fast (its sessions are ended, a checkpoint is written), then without a checkpoint,
 * then by force. The data is safe each time.
 */
export async function shutDown(pid: number): Promise<void> {
  for (const [name, timeoutMs] of SHUTDOWN) {
    signal(pid, name);
    if (await isGone(pid, timeoutMs)) return;
  }
}

/** Sessions of a postmaster that was killed end by themselves; how long before they are made to. */
const ORPHANS_MS = 5_000;

/** Waits until no process works in the cluster any more. Without /proc PostgreSQL's own check has to do. */
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
