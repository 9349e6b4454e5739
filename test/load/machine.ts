import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { cpus, loadavg, release } from 'node:os';

/** Enough for 20,000 sockets and what else a process has open. */
const OPEN_FILES = 65_536;

/** Cores by their numbers, as taskset(1) takes them; undefined: wherever the scheduler likes. */
export type Cores = string | undefined;

/** Which cores the server has to itself, and which everything else shares. */
export interface Placement {
  readonly server: Cores;
  readonly others: Cores;
  /** Two cores for everything together, for what is promised of a machine with two. */
  readonly two: Cores;
}

const canPin = (): boolean => {
  try {
    execFileSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** The server alone on core 0, so that what it costs is its own; everything else on the rest. */
export const place = (): Placement => {
  const count = cpus().length;
  if (count < 2 || !canPin()) return { server: undefined, others: undefined, two: undefined };
  return { server: '0', others: count === 2 ? '1' : `1-${count - 1}`, two: '0,1' };
};

const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** Starts a Node program on these cores, with room for many sockets. It does not outlive this process. */
export const spawnNode = (cores: Cores, args: readonly string[], options: SpawnOptions): ChildProcess => {
  const pin = cores === undefined ? [] : ['taskset', '-c', cores];
  const raise = `ulimit -n ${OPEN_FILES} 2>/dev/null || ulimit -n "$(ulimit -Hn)"; exec "$@"`;
  const child = spawn('sh', ['-c', raise, 'sh', ...pin, process.execPath, ...args], options);
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  return child;
};

/** Moves a process and all its threads to these cores. */
export const moveTo = (pid: number, cores: Cores): void => {
  if (cores === undefined) return;
  execFileSync('taskset', ['-a', '-p', '-c', cores, String(pid)], { stdio: 'ignore' });
};

/** What the figures were measured on. */
export const describeMachine = () => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  kernel: release(),
  node: process.version,
  load_average: loadavg().map((load) => Math.round(load * 100) / 100),
});
export type Machine = ReturnType<typeof describeMachine>;
