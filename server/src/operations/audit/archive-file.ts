import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { errorCode } from '../../platform/errors/error-code.js';

/** Name of a file while it is written. An old one was left by a process that was killed. */
const UNFINISHED = /^audit-\d{4}-\d{2}\.[0-9a-f]{16}\.part$/;

/**
 * Writes a month of the audit log into `folder` as `audit-<month>.ndjson.gz`. When this returns, the file is durable
 * under that name; when it throws, there is no file. An existing file with other content is kept, and the new one gets
 * a number (`audit-2026-11-2.ndjson.gz`).
 * @param folder must exist, because a missing folder can be a volume that is not mounted
 * @param month such as `2026-11`
 * @param lines whole lines with their line ends, in chunks of any size; only a few chunks are held in memory
 * @returns the size of the file in bytes
 * @throws the error of the file system, of `lines`, or of `signal`
 */
export async function writeArchive(
  folder: string,
  month: string,
  lines: AsyncIterable<string>,
  signal: AbortSignal,
): Promise<number> {
  const unfinished = join(folder, `audit-${month}.${randomBytes(8).toString('hex')}.part`);
  try {
    const toFile = createWriteStream(unfinished, { flags: 'wx', mode: 0o600, flush: true }); // fsync before it closes
    await pipeline(lines, createGzip(), toFile, { signal });
    const path = await publish(unfinished, folder, month);
    await syncFolder(folder);
    return (await stat(path)).size;
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Removes the partial files of killed processes. The caller must hold the lock on archiving. */
export async function removeUnfinished(folder: string): Promise<void> {
  const names = await readdir(folder);
  await Promise.all(
    names.filter((name) => UNFINISHED.test(name)).map((name) => rm(join(folder, name), { force: true })),
  );
}

/** Renames the file to its final name. A kill between export and drop leaves an existing file of the same month. */
async function publish(unfinished: string, folder: string, month: string): Promise<string> {
  for (let copy = 1; ; copy += 1) {
    const path = join(folder, `audit-${month}${copy === 1 ? '' : `-${copy}`}.ndjson.gz`);
    if (!(await exists(path))) {
      await rename(unfinished, path);
      return path;
    }
    if ((await contentDigest(path)) === (await contentDigest(unfinished))) return path;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Digest of the uncompressed content, because zlib versions compress differently. Undefined for a damaged file. */
async function contentDigest(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), createGunzip(), hash);
  } catch (error) {
    if (errorCode(error).startsWith('Z_')) return undefined;
    throw error;
  }
  return hash.digest('hex');
}

/** Makes the name survive a power failure. Some file systems (CIFS) do not support it and return EINVAL. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } catch (error) {
    if (errorCode(error) !== 'EINVAL') throw error;
  } finally {
    await handle.close();
  }
}
