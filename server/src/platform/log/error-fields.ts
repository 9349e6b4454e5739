import { errorCode } from '../errors/error-code.js';
import { sqlState } from '../errors/sqlstate.js';
import type { LogFields } from './fields.js';

/** Frames of a stack that one line carries. */
const MAX_FRAMES = 8;

/**
 * What may be logged of a caught error: its class, its stable code, an SQLSTATE found in it or its causes,
 * and where it was thrown. Never its message: those of PostgreSQL, Prisma and zod carry values.
 */
export function errorFields(error: unknown): LogFields {
  if (!isObject(error)) return { error_class: typeof error };
  const code = errorCode(error);
  return {
    error_class: className(error),
    error_code: code === 'unknown' ? undefined : code,
    sqlstate: sqlState(error),
    error_at: locations(error),
  };
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const className = (error: object): string => error.constructor?.name || 'Object';

/**
 * File, line and column of the innermost frames. A message may have several lines and may look like frames,
 * so the message is cut away first and of the rest only the last unbroken run of frames is read.
 */
function locations(error: object): string | undefined {
  const stack: unknown = Reflect.get(error, 'stack');
  const message: unknown = Reflect.get(error, 'message');
  if (typeof stack !== 'string' || typeof message !== 'string') return undefined;
  const start = stack.indexOf(message);
  if (start < 0) return undefined;
  const lines = stack.slice(start + message.length).split('\n');
  const found: string[] = [];
  for (const line of lines.reverse()) {
    if (line.trim() === '') continue;
    if (!/^\s+at /.test(line)) break;
    const at = /\(?(?:file:\/\/)?((?:\/|node:)[A-Za-z0-9_@./+-]+):(\d+):(\d+)\)?$/.exec(line);
    if (at?.[1] !== undefined) found.unshift(`${shortPath(at[1])}:${at[2]}:${at[3]}`);
  }
  return found.length === 0 ? undefined : found.slice(0, MAX_FRAMES).join(' ');
}

/** The path below the installation: where it lies on the disk is nobody's business in a log. */
const shortPath = (path: string): string =>
  path.replace(/^.*\/(node_modules\/|(?:server|contract|client|test)\/(?:src|dist)\/)/, '$1');
