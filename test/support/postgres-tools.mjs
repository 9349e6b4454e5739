import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where Debian keeps each major version. What npm brings has neither psql nor pg_dump. */
const ROOT = '/usr/lib/postgresql';
const NEEDED = ['initdb', 'postgres', 'psql', 'pg_dump', 'pg_restore'];

/** The folder with the programs of the newest PostgreSQL on this machine that has all of them. */
export function findPostgresTools() {
  const versions = existsSync(ROOT) ? readdirSync(ROOT).map(Number).filter(Number.isInteger) : [];
  return versions
    .sort((a, b) => b - a)
    .map((version) => join(ROOT, String(version), 'bin'))
    .find((dir) => NEEDED.every((program) => existsSync(join(dir, program))));
}
