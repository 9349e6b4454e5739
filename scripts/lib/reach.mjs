import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const readManifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/**
 * Folders of all packages that a package depends on to run, including its own, wherever npm has put them. Peers are left
 * out: one that is loaded is a dependency of the package, or of another one on the way, too.
 * @param {string} root of the repository, as a real path
 * @param {string} start folder of the package
 * @param {(name: string) => boolean} [isLeftOut] packages that are passed over
 * @throws {Error} when one is not installed that is not optional
 */
export function reach(root, start, isLeftOut = () => false) {
  const reached = new Set();
  const visit = (folder) => {
    if (reached.has(folder)) return;
    reached.add(folder);
    const { dependencies = {}, optionalDependencies = {} } = readManifest(folder);
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (isLeftOut(name)) continue;
      const path = resolvePackage(root, name, folder);
      if (path !== undefined) visit(path);
      else if (optionalDependencies[name] === undefined) {
        throw new Error(`${name}, which ${relative(root, folder)} needs, is not installed`);
      }
    }
  };
  visit(start);
  return reached;
}

/** The folder from which Node loads the package `name` for modules in `from`; undefined: not installed. */
function resolvePackage(root, name, from) {
  for (let folder = from; folder.startsWith(root); folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return realpathSync(path);
  }
  return undefined;
}
