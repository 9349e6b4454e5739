import { execFile as execFileWithCallback } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { npm } from './install.mjs';
import { reach, readManifest } from './reach.mjs';
import { StepError } from './steps.mjs';

const execFile = promisify(execFileWithCallback);

const MAX_BYTES = 64 * 2 ** 20;
/** The workspaces that an installation runs. */
const RUN = ['server', 'admin'];
const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/**
 * Writes what server and console run with: `sbom.cdx.json`, a bill of materials (CycloneDX 1.5, by npm), and
 * `third-party-licenses.txt`, the licences of the packages with their texts.
 * @param {string} root of the repository, with its packages installed
 * @param {string} folder to write to
 * @throws {StepError} when npm cannot list the packages
 */
export async function writeBillOfMaterials(root, folder) {
  const packages = packagesOf(realpathSync(root));
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(await billOf(root, packages), null, 1)}\n`);
  writeFileSync(join(folder, 'third-party-licenses.txt'), licencesOf(packages));
}

/** Folders of the packages by `name@version`, those of workspaces included. */
function packagesOf(root) {
  const folders = RUN.flatMap((workspace) => [...reach(root, join(root, workspace))]);
  return new Map(
    folders.map((folder) => {
      const { name, version } = readManifest(folder);
      return [`${name}@${version}`, folder];
    }),
  );
}

/** What npm lists, without what is installed for development: its own `--omit=dev` drops some of what is needed (npm 11). */
async function billOf(root, packages) {
  const [program, ...args] = [...npm(), 'sbom', '--sbom-format=cyclonedx'];
  const { stdout } = await execFile(program, args, { cwd: root, maxBuffer: MAX_BYTES }).catch((error) => {
    throw new StepError(`npm cannot list the packages: ${error.message}`);
  });
  const bill = JSON.parse(stdout);
  const main = bill.metadata.component;
  // npm takes the name from the folder
  Object.assign(main, { name: 'wardbell', type: 'application' });
  const components = bill.components.filter(({ 'bom-ref': ref }) => packages.has(ref));
  const refs = new Set([main['bom-ref'], ...packages.keys()]);
  const dependencies = bill.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }));
  return { ...bill, components, dependencies };
}

/** Identical texts stand once, after all packages that have them. */
function licencesOf(packages) {
  const namesByText = new Map();
  for (const [name, folder] of packages) {
    if (!folder.includes('node_modules')) continue; // our own
    const text = licenceText(folder);
    namesByText.set(text, [...(namesByText.get(text) ?? []), `${name} (${readManifest(folder).license})`]);
  }
  return [...namesByText]
    .map(([text, names]) => `${names.sort().join('\n')}\n\n${text}\n`)
    .sort()
    .join(`\n${'-'.repeat(80)}\n\n`);
}

const licenceText = (folder) =>
  readdirSync(folder)
    .filter((name) => LICENCE_FILE.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').trim())
    .join('\n\n');
