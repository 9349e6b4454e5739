import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { run } from './run.js';

const Target = z.object({ types: z.string(), default: z.string() });
const Manifest = z.object({
  license: z.literal('Apache-2.0'),
  repository: z.object({ type: z.literal('git'), url: z.string(), directory: z.string() }),
  engines: z.object({ node: z.string() }),
  publishConfig: z.object({ access: z.literal('public') }),
  exports: z.record(z.string(), Target),
  typesVersions: z.object({ '*': z.record(z.string(), z.array(z.string())) }),
});
const SourceMap = z.object({ sources: z.array(z.string()).min(1) });

/** Packs a workspace as `npm publish` does; answers the file. */
export async function pack(workspace: string, into: string): Promise<string> {
  const printed = await run('.', 'npm', 'pack', `--workspace=${workspace}`, `--pack-destination=${into}`);
  const name = printed.trim().split('\n').at(-1) ?? '';
  return join(into, name);
}

/** Files of an unpacked package, from its folder on. */
export const listFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );

/** Checks an unpacked package: what npm shows of it, and that everything that it names is in it. */
export function checkPackage(folder: string): void {
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  const has = (path: string): boolean => existsSync(join(folder, path));
  assert.match(readFileSync(join(folder, 'LICENSE'), 'utf8'), /Apache License/);
  assert.equal(manifest.engines.node, '>=20.19');
  for (const { types, default: main } of Object.values(manifest.exports).filter(isOneFile)) {
    assert.ok(has(types), `${types} is missing`);
    assert.ok(has(main), `${main} is missing`);
  }
  for (const [types = ''] of Object.values(manifest.typesVersions['*'])) assert.ok(has(types), types);
  const files = listFiles(folder);
  assert.deepEqual(
    files.filter((path) => /\.tsbuildinfo$|\.spec\./.test(path)),
    [],
  );
  checkSourceMaps(folder, files);
  checkLinks(folder, readFileSync(join(folder, 'README.md'), 'utf8'));
}

const isOneFile = ({ types }: z.output<typeof Target>): boolean => !types.includes('*');

function checkSourceMaps(folder: string, files: readonly string[]): void {
  const maps = files.filter((path) => path.endsWith('.js.map'));
  assert.ok(maps.length > 10, `${maps.length} source maps`);
  for (const map of maps) {
    const { sources } = SourceMap.parse(JSON.parse(readFileSync(join(folder, map), 'utf8')));
    for (const source of sources) {
      assert.ok(existsSync(join(folder, dirname(map), source)), `${map} names ${source}, which is not there`);
    }
  }
}

/** A link leads to the web, to a heading, or to a file of the package: nobody outside has the repository. */
function checkLinks(folder: string, readme: string): void {
  for (const [, link = ''] of readme.matchAll(/\]\(([^)]+)\)/g)) {
    if (/^https?:/.test(link)) continue;
    const [path = '', heading] = link.split('#');
    assert.ok(existsSync(join(folder, path)) && !path.startsWith('..'), `${link} leads out of the package`);
    if (path === '' && heading !== undefined) {
      const headings = [...readme.matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
        text
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
      assert.ok(headings.includes(heading), `${link} is no heading`);
    }
  }
}
