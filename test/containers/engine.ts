import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readHardLimits } from './hard-limits.js';

const exec = promisify(execFile);

/** Builds of the image install packages: 20 minutes on two cores that others use as well. */
const TIMEOUT_MS = 45 * 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface Result {
  readonly code: number;
  /** Standard output and standard error. */
  readonly output: string;
}

/** Docker or Podman, by the commands that both of them have. */
export interface Engine {
  readonly name: 'docker' | 'podman';
  /** Runs a command of the engine; answers what it wrote to standard output. Rejects when it fails. */
  run(...args: readonly string[]): Promise<string>;
  /** The same for a command whose failure is an answer. */
  attempt(...args: readonly string[]): Promise<Result>;
  /** Arguments of `build` that this engine needs. */
  readonly buildArgs: readonly string[];
  /** Arguments that make the whole file system read-only; Podman leaves /tmp and /run writable unless told. */
  readonly readOnlyArgs: readonly string[];
  /** Options that let the user of a container write to a `--tmpfs`: under /run Podman ignores its mode. */
  readonly tmpfsOptions: readonly string[];
}

const answers = (program: string, ...args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;

/** Runs a program that must succeed; answers what it printed. */
export const runProgram = (program: string, args: readonly string[]): string =>
  execFileSync(program, args, {
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

/** What Podman keeps between runs: images. Apart from those of its user, so that no name collides. */
export const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wardbell-test-containers');

/** Docker where its engine answers, else Podman, else undefined. */
export function findEngine(): Engine | undefined {
  if (answers('docker', 'info')) return engine('docker', [], {}, []);
  if (!answers('podman', '--version')) return undefined;
  const cache = cacheFolder();
  mkdirSync(cache, { recursive: true });
  // Podman asks for limits of its own choice, which a machine may refuse to raise.
  const { openFiles, processes } = readHardLimits();
  const conf = join(cache, 'containers.conf');
  writeFileSync(
    conf,
    `[containers]\ndefault_ulimits = ["nofile=${openFiles}:${openFiles}", "nproc=${processes}:${processes}"]\n`,
  );
  const storage = ['--root', join(cache, 'storage'), '--runroot', join(tmpdir(), 'wardbell-test-containers')];
  // Without systemd there is no other way to make control groups; crun cannot use those of version 1.
  const isBare = !answers('systemctl', 'is-system-running', '--quiet') && process.getuid?.() === 0;
  const bare = isBare ? ['--cgroup-manager', 'cgroupfs', '--runtime', 'runc'] : [];
  return engine('podman', [...storage, ...bare], { CONTAINERS_CONF: conf }, [
    '--format',
    'docker', // the other one has no health checks
    ...(isBare ? ['--isolation', 'chroot'] : []),
  ]);
}

function engine(
  name: Engine['name'],
  globalArgs: readonly string[],
  env: Readonly<Record<string, string>>,
  buildArgs: readonly string[],
): Engine {
  const options = {
    env: { ...process.env, ...env },
    maxBuffer: MAX_OUTPUT_BYTES,
    timeout: TIMEOUT_MS,
    // Podman ends with 0 when it is asked to end, which would pass for a success.
    killSignal: 'SIGKILL',
  } as const;
  const attempt = async (...args: readonly string[]): Promise<Result & { stdout: string }> => {
    try {
      const { stdout, stderr } = await exec(name, [...globalArgs, ...args], options);
      return { code: 0, output: stdout + stderr, stdout };
    } catch (error) {
      if (!isExit(error)) throw error;
      const code = typeof error.code === 'number' ? error.code : 1;
      return { code, output: error.stdout + error.stderr, stdout: error.stdout };
    }
  };
  return {
    name,
    buildArgs,
    readOnlyArgs: name === 'podman' ? ['--read-only', '--read-only-tmpfs=false'] : ['--read-only'],
    tmpfsOptions: name === 'podman' ? ['U'] : [],
    attempt,
    run: async (...args) => {
      const { code, output, stdout } = await attempt(...args);
      if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${code}:\n${lastLines(output)}`);
      return stdout.trim();
    },
  };
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-60).join('\n');

interface Exit {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}
const isExit = (error: unknown): error is Exit =>
  error instanceof Error &&
  'stdout' in error &&
  typeof error.stdout === 'string' &&
  'stderr' in error &&
  typeof error.stderr === 'string';
