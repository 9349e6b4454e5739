import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';

/** A file of the repository. */
export const readText = (path: string): string => readFileSync(resolve(path), 'utf8');

/** A YAML file with its merge keys resolved, as the schema has it. */
export const readYaml = <T extends z.ZodType>(path: string, schema: T): z.output<T> =>
  schema.parse(parse(readText(path), { merge: true }));

/** What the shell would make of `${NAME:-default}` where nothing is set. */
export const withDefaults = (text: string): string => text.replace(/\$\{\w+:-([^}]*)\}/g, '$1');
