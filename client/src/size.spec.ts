import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const SRC = resolve('client/src');

/** What an application pays that imports these names, minified and gzipped, and the modules it is made of. */
const bundled = (
  names: string,
  ...flags: string[]
): { readonly bytes: number; readonly modules: string[] } => {
  const folder = mkdtempSync(join(tmpdir(), 'wardbell-size-'));
  const metafile = join(folder, 'meta.json');
  const outfile = join(folder, 'bundle.js');
  const options = ['--bundle', '--minify', '--format=esm', '--target=es2023', '--log-level=error'];
  execFileSync(
    resolve('node_modules/.bin/esbuild'),
    [...options, `--metafile=${metafile}`, `--outfile=${outfile}`, ...flags],
    { input: `export { ${names} } from './index.ts'`, cwd: SRC },
  );
  const code = readFileSync(outfile);
  const { inputs }: { inputs: Record<string, unknown> } = JSON.parse(readFileSync(metafile, 'utf8'));
  rmSync(folder, { recursive: true });
  return { bytes: gzipSync(code, { level: 9 }).length, modules: Object.keys(inputs) };
};

describe('the size of the bundle', () => {
  it('is under 7.6 kB for the core, which is what README says', () => {
    const { bytes } = bundled('createClient', '--external:./tabs.js', '--external:./event-stream.js');
    expect(bytes).toBeLessThan(7_600);
  });

  it('is under 12 kB for everything, tabs, event streams and lists included', () => {
    const names = 'createClient, liveList, patientChanges, appointmentChanges, isEvent, reasonText';
    expect(bundled(names).bytes).toBeLessThan(12_000);
  });

  it('has nothing of the contract but the close codes, so nothing of zod', () => {
    const { modules } = bundled('createClient, liveList, reasonText');
    const foreign = modules.filter(
      (module) => module.includes('node_modules') || module.includes('contract'),
    );
    expect(foreign).toEqual([expect.stringMatching(/contract\/dist\/close-code\.js$/)]);
  });
});
