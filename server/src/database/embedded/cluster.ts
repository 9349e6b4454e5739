import {
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { StartError } from '../../platform/config/start-error.js';
import { errorCode } from '../../platform/errors/error-code.js';
import type { Binaries } from './binaries.js';
import { findLauncher, type Launcher } from './launch.js';

/** The role that creates the owner and its database. It is used for nothing else. */
export const SUPERUSER = 'wardbell_superuser';

/** A database cluster on disk, with the launcher for its programs. */
export interface Cluster {
  readonly dir: string;
  readonly launcher: Launcher;
}

/**
 * Opens the cluster `<dataDir>/postgres`; the first start creates it with the superuser's `password`. Creation is
 * atomic: a process that dies leaves no partial cluster.
 * @throws StartError when the cluster exists but cannot be used
 */
export async function openCluster(dataDir: string, binaries: Binaries, password: string): Promise<Cluster> {
  const dir = join(dataDir, 'postgres');
  if (isMissing(dir)) await createCluster(dir, binaries, password);
  assertEnterable(dir);
  const launcher = await findLauncher(binaries, dir);
  assertVersion(dir, launcher.major);
  return { dir, launcher };
}

async function createCluster(dir: string, binaries: Binaries, password: string): Promise<void> {
  const draft = `${dir}.new`;
  const passwordFile = `${dir}.pwfile`;
  try {
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o700 });
    const launcher = await findLauncher(binaries, draft);
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (launcher.runAs !== undefined) {
      for (const path of [draft, passwordFile]) chownSync(path, launcher.runAs.uid, launcher.runAs.gid);
    }
    await initdb(launcher, binaries, draft, passwordFile);
    renameSync(draft, dir);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      `The database folder ${dir} cannot be made (${errorCode(error)}): check DATA_DIR and its disk`,
    );
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}

async function initdb(
  launcher: Launcher,
  binaries: Binaries,
  draft: string,
  passwordFile: string,
): Promise<void> {
  const child = launcher.spawn(
    binaries.initdb,
    [
      `--pgdata=${draft}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // PostgreSQL's builtin provider sorts the same on every machine; libc differs between releases.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-instructions',
    ],
    ['ignore', 'ignore', 'pipe'],
  );
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const [code, messages] = await Promise.all([exited, child.stderr === null ? '' : text(child.stderr)]);
  if (code !== 0) {
    const reason = /^.*(?:error|FATAL):\s*(.*)$/m.exec(messages)?.[1] ?? 'no reason given';
    throw new StartError(`The database in ${draft} cannot be made (${reason}): check DATA_DIR and its disk`);
  }
}

const isMissing = (path: string): boolean => {
  try {
    lstatSync(path);
    return false;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true;
    throw new StartError(
      `The database folder ${path} cannot be reached (${errorCode(error)}): check DATA_DIR`,
    );
  }
};

function assertEnterable(dir: string): void {
  const stat: Stats = lstatSync(dir);
  if (!stat.isDirectory()) throw clusterError(dir, 'it is not a folder');
  const uid = process.getuid?.();
  if (uid !== undefined && uid !== 0 && stat.uid !== uid) {
    throw new StartError(
      `The database in ${dir} belongs to user ${stat.uid}: start as that user or as root, as before, or give this start its own DATA_DIR`,
    );
  }
  try {
    readdirSync(dir);
  } catch (error) {
    throw clusterError(dir, errorCode(error));
  }
}

function assertVersion(dir: string, major: number): void {
  let version: string;
  try {
    version = readFileSync(join(dir, 'PG_VERSION'), 'utf8').trim();
  } catch (error) {
    throw clusterError(dir, `PG_VERSION: ${errorCode(error)}`);
  }
  if (!/^\d+$/.test(version)) throw clusterError(dir, 'PG_VERSION is not a number');
  if (Number(version) !== major) {
    throw new StartError(
      `The database in ${dir} was made by PostgreSQL ${version} but this is ${major}: move it with pg_dump and pg_restore, or move the folder away to start empty`,
    );
  }
}

/** The error for a cluster that cannot be used. */
export const clusterError = (dir: string, reason: string): StartError =>
  new StartError(
    `The database in ${dir} cannot be started (${reason}): restore it from a backup, or move the folder away to start empty`,
  );
