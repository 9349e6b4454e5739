import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.js';

interface Mode {
  readonly name: string;
  readonly files: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** How projects of today and of yesterday find modules. */
export const MODES: readonly Mode[] = [
  {
    name: 'nodenext, as an ES module and as CommonJS',
    files: ['strict.mts', 'strict.cts'],
    options: { module: 'nodenext' },
  },
  {
    name: 'bundler',
    files: ['strict.ts'],
    options: { module: 'preserve', moduleResolution: 'bundler' },
  },
  {
    name: 'node10, CommonJS',
    files: ['strict.ts'],
    options: { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' },
  },
];

/** Compiles the strict application of `project/strict.ts` in one mode, libraries included. */
export async function compile(project: string, { files, options }: Mode): Promise<void> {
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    esModuleInterop: true,
    target: 'es2023',
    lib: ['es2024', 'dom', 'dom.iterable'],
    types: ['node'],
    noEmit: true,
    ...options,
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  await run(project, process.execPath, 'node_modules/typescript/bin/tsc');
}
