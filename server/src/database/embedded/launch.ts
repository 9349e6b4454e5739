import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { StartError } from '../../platform/config/start-error.js';
import type { Binaries } from './binaries.js';

/** The operating-system user that PostgreSQL runs as, if it differs from the user of this process. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/** Starts programs of PostgreSQL on this machine. */
export interface Launcher {
  /** Undefined: the user of this process. */
  readonly runAs: RunAs | undefined;
  /** PostgreSQL's major version, such as 18. */
  readonly major: number;
  /** Starts the program in its own session, so that Ctrl-C in a terminal signals only the server. */
  spawn(program: string, args: readonly string[], stdio: SpawnStdio): ChildProcess;
}

export type SpawnStdio = ('ignore' | 'pipe' | number)[];

/** A prefix of the command line, or a user switch by the spawn call itself. */
type Method = { readonly prefix: readonly string[]; readonly switchUser: boolean };

const run = promisify(execFile);

/** Only PATH is inherited, since our environment contains secrets. Messages are in English, times in UTC. */
const ENVIRONMENT = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * Finds a way to run PostgreSQL on this cluster. PostgreSQL refuses to run as root, so root starts it as another user.
 * If that user cannot enter the folders above the programs or the data (a clone in /root), setpriv(1) grants the
 * capability to do so. With setpriv(1) PostgreSQL also ends when this process is killed.
 * @throws StartError when no way works
 */
export async function findLauncher(binaries: Binaries, clusterDir: string): Promise<Launcher> {
  const runAs = process.getuid?.() === 0 ? unprivilegedUser(clusterDir) : undefined;
  for (const method of methods(runAs)) {
    const major = await tryMethod(method, runAs, binaries, clusterDir);
    if (major !== undefined) {
      return { runAs, major, spawn: (program, args, stdio) => start(method, runAs, program, args, stdio) };
    }
  }
  throw new StartError(
    runAs === undefined
      ? `The embedded PostgreSQL cannot run on this machine or cannot enter ${clusterDir}: set DATABASE_URL to a PostgreSQL 15 or newer`
      : `PostgreSQL cannot run as root, and user ${runAs.uid} cannot enter ${clusterDir} or the program's folder: start as an ordinary user, or move both where others may enter`,
  );
}

function methods(runAs: RunAs | undefined): Method[] {
  const plain: Method = { prefix: [], switchUser: true };
  const setpriv = ['setpriv', '--pdeathsig', 'INT'];
  if (runAs === undefined) return [{ prefix: setpriv, switchUser: false }, plain];
  setpriv.push('--reuid', String(runAs.uid), '--regid', String(runAs.gid), '--clear-groups');
  const withCapability = (capability: string): Method => ({
    prefix: [
      ...setpriv,
      `--inh-caps=+${capability}`,
      `--ambient-caps=+${capability}`,
      // Otherwise access(2), with which PostgreSQL looks for its own programs, ignores the capability.
      '--securebits=+no_setuid_fixup',
    ],
    switchUser: false,
  });
  // Containers usually keep only dac_override. It is the last choice, because it also permits writing.
  return [
    { prefix: setpriv, switchUser: false },
    plain,
    withCapability('dac_read_search'),
    withCapability('dac_override'),
  ];
}

function start(
  method: Method,
  runAs: RunAs | undefined,
  program: string,
  args: readonly string[],
  stdio: SpawnStdio,
): ChildProcess {
  const [command = program, ...rest] = [...method.prefix, program, ...args];
  return spawn(command, rest, {
    stdio,
    detached: true,
    env: ENVIRONMENT,
    cwd: '/',
    ...(method.switchUser ? runAs : {}),
  });
}

/** Enters the data folder and runs the program as the server would. Returns the major version on success. */
async function tryMethod(
  method: Method,
  runAs: RunAs | undefined,
  binaries: Binaries,
  clusterDir: string,
): Promise<number | undefined> {
  const script = 'cd "$1" && exec "$2" --version';
  const [command = 'sh', ...rest] = [
    ...method.prefix,
    'sh',
    '-c',
    script,
    'sh',
    clusterDir,
    binaries.postgres,
  ];
  try {
    const { stdout } = await run(command, rest, {
      env: ENVIRONMENT,
      cwd: '/',
      timeout: 10_000,
      ...(method.switchUser ? runAs : {}),
    });
    const major = /PostgreSQL\) (\d+)/.exec(stdout)?.[1];
    return major === undefined ? undefined : Number(major);
  } catch {
    return undefined;
  }
}

/** The owner of an existing cluster, otherwise a service user: an existing one, a new one, or `nobody`. */
function unprivilegedUser(clusterDir: string): RunAs {
  if (existsSync(clusterDir)) {
    const { uid, gid } = statSync(clusterDir);
    if (uid !== 0) return { uid, gid };
  }
  const found = userNamed('postgres') ?? userNamed('wardbell') ?? madeUser('wardbell') ?? userNamed('nobody');
  if (found !== undefined) return found;
  throw new StartError(
    'PostgreSQL cannot run as root and this machine has no user "postgres": create one, or start as an ordinary user',
  );
}

function userNamed(name: string): RunAs | undefined {
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    const [uid, gid] = [id('-u'), id('-g')];
    return Number.isInteger(uid) && Number.isInteger(gid) && uid !== 0 ? { uid, gid } : undefined;
  } catch {
    return undefined;
  }
}

function madeUser(name: string): RunAs | undefined {
  try {
    execFileSync(
      'useradd',
      ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', name],
      {
        stdio: 'ignore',
      },
    );
    return userNamed(name);
  } catch {
    return undefined;
  }
}
