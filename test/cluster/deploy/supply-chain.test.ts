import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readText } from './files.js';

const Component = z.object({
  'bom-ref': z.string(),
  name: z.string(),
  version: z.string(),
  purl: z.string(),
  licenses: z.array(
    z.object({
      license: z.object({ id: z.string().optional(), name: z.string().optional() }).optional(),
      expression: z.string().optional(),
    }),
  ),
  hashes: z.array(z.object({ alg: z.string(), content: z.string() })).optional(),
});
const Bill = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.5'),
  serialNumber: z.string().regex(/^urn:uuid:/),
  metadata: z.object({ component: z.object({ name: z.literal('wardbell'), version: z.string() }) }),
  components: z.array(Component),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()).optional() })),
});
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      dependencies: z.record(z.string(), z.string()).optional(),
      link: z.boolean().optional(),
      resolved: z.string().optional(),
    }),
  ),
});

/** Licences under which a clinic may run and pass on the whole. */
const PERMISSIVE = [
  'MIT',
  'Apache-2.0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
];
/** Others, by package, each with the reason why it may be there. */
const OTHERS: Readonly<Record<string, string>> = {
  '@fontsource-variable/inter': 'OFL-1.1', // a font, which may be bundled
  'caniuse-lite': 'CC-BY-4.0', // data that Next.js reads when the console is built
  '@img/sharp-libvips-linux-x64': 'LGPL-3.0-or-later', // an optional tool of Next.js, which the console's build does not use
  '@img/sharp-libvips-linux-arm64': 'LGPL-3.0-or-later',
  'web-push': 'MPL-2.0', // binds its own files alone, which come along unchanged with their source
};

describe('What an installation is made of', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wardbell-bill-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const lock = Lock.parse(JSON.parse(readText('package-lock.json'))).packages;
  let bill: z.output<typeof Bill>;
  let licences: string;
  beforeAll(async () => {
    const { writeBillOfMaterials } = await import('../../../scripts/lib/sbom.mjs');
    await writeBillOfMaterials(process.cwd(), folder);
    bill = Bill.parse(JSON.parse(readFileSync(join(folder, 'sbom.cdx.json'), 'utf8')));
    licences = readFileSync(join(folder, 'third-party-licenses.txt'), 'utf8');
  });

  /** Where Node finds a package from a folder; undefined for an optional one of another system. */
  const find = (name: string, from: string): string | undefined => {
    for (let path = from; ; path = path.replace(/(?:^|\/)[^/]+$/, '')) {
      const candidate = `${path === '' ? '' : `${path}/`}node_modules/${name}`;
      if (lock[candidate]) return candidate;
      if (path === '') return undefined;
    }
  };
  /** Every package that a workspace needs to run. */
  const neededBy = (workspace: string): Set<string> => {
    const needed = new Set<string>();
    const visit = (path: string): void => {
      if (needed.has(path)) return;
      needed.add(path);
      for (const name of Object.keys(lock[path]?.dependencies ?? {})) {
        const found = find(name, path);
        if (found === undefined) throw new Error(`${name}, which ${path} needs, is not in package-lock.json`);
        visit(lock[found]?.link ? (lock[found].resolved ?? found) : found);
      }
    };
    visit(workspace);
    return needed;
  };

  it.each(['server', 'admin'])(
    'is in the bill of materials: each package that %s needs to run',
    (workspace) => {
      const listed = new Set(bill.components.map(({ name, version }) => `${name}@${version}`));
      const needed = [...neededBy(workspace)].filter((path) => path.includes('node_modules/'));
      expect(needed.length).toBeGreaterThan(20);
      const missing = needed
        .map((path) => `${path.split('node_modules/').at(-1)}@${lock[path]?.version}`)
        .filter((each) => !listed.has(each));
      expect(missing).toEqual([]);
    },
  );

  it('is in the bill of materials as package-lock.json pins it, by hash', () => {
    const pinned = new Set(Object.values(lock).map(({ integrity }) => integrity));
    const fetched = bill.components.filter(({ hashes }) => hashes !== undefined);
    expect(fetched.length).toBeGreaterThan(100);
    for (const { name, hashes = [] } of fetched) {
      const integrities = hashes.map(
        ({ alg, content }) =>
          `${alg.toLowerCase().replace('-', '')}-${Buffer.from(content, 'hex').toString('base64')}`,
      );
      expect({ name, isPinned: integrities.some((each) => pinned.has(each)) }).toEqual({
        name,
        isPinned: true,
      });
    }
  });

  it('may be run and passed on: each package has a licence that allows it', () => {
    const refused = bill.components.flatMap(({ name, licenses }) => {
      const ids = licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name ?? '');
      const isAllowed =
        ids.length > 0 &&
        ids.every(
          (id) =>
            OTHERS[name] === id ||
            id
              .replaceAll(/[()]/g, '')
              .split(' OR ')
              .some((each) => PERMISSIVE.includes(each)),
        );
      return isAllowed ? [] : [`${name}: ${ids.join(', ') || 'none'}`];
    });
    expect(refused).toEqual([]);
  });

  it('comes with the text of each licence', () => {
    for (const name of ['fastify', 'react', 'next', 'pg', 'ws', '@simplewebauthn/server']) {
      expect(licences).toContain(`\n${name}@`);
    }
    expect(licences).toContain('Permission is hereby granted, free of charge');
    expect(existsSync('LICENSE')).toBe(true);
  });
});
