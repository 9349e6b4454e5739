import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = 'server/src';

/** The texts of the server's source files, without specs and generated code: for specs that hold words of the console complete. */
export const serverSources = (): readonly string[] =>
  readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && !name.includes('generated'))
    .map((name) => readFileSync(join(ROOT, name), 'utf8'));
