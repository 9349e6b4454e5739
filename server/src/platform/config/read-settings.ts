import type { z } from 'zod';
import { expectation } from './environment.js';
import { ConfigError } from './start-error.js';

/**
 * Reads the part of the environment that a command needs; an empty variable counts as unset.
 * @param schema a part of `Environment`
 * @throws ConfigError one line that names every wrong variable
 */
export function readSettings<Schema extends z.ZodType>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const wrong = new Set(parsed.error.issues.map((issue) => expectation(issue.path[0] ?? 'environment')));
  throw new ConfigError(`Wrong configuration: ${[...wrong].join('; ')}`);
}
