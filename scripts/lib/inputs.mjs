import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Generated folders. */
const MADE = new Set(['node_modules', 'dist', 'out', '.next', 'generated', '.cache']);

/**
 * One hash over names and contents of files and folders, the same wherever `root` is; a missing one counts as empty.
 */
export function hashOf(root, paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesBelow(join(root, path)))
      hash.update(relative(root, file)).update('\0').update(readFileSync(file));
  }
  return hash.digest('hex');
}

function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !MADE.has(entry.name) && !/\.tsbuildinfo$|^next-env\.d\.ts$/.test(entry.name))
    .map((entry) => entry.name)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

/** Records the inputs of each build step, so that the next start can skip unchanged steps. */
export class BuildRecord {
  #path;
  #hashes;

  constructor(root) {
    this.#path = join(root, '.cache', 'build.json');
    this.#hashes = readRecord(this.#path);
  }

  has(name, hash) {
    return this.#hashes[name] === hash;
  }

  set(name, hash) {
    this.#hashes[name] = hash;
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, `${JSON.stringify(this.#hashes, null, 2)}\n`);
  }
}

function readRecord(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}
