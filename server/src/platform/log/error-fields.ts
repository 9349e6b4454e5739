import { errorCode } from '../errors/error-code.js';
import { sqlState } from '../errors/sqlstate.js';
import type { LogFields } from './fields.js';

/** Stack frames in one log line. */
const MAX_FRAMES = 8;

/**
 * The parts of a caught error that may be logged: class, stable code, SQLSTATE of the error or its causes, and the
 * place of the throw. Never the message: messages of PostgreSQL, Prisma and zod contain values.
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
 * File, line and column of the innermost frames. A message can have several lines that look like frames, so the message
 * is removed first, and only the last contiguous run of frames is read.
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

/** The path relative to the installation, so that the log does not reveal the directories of the machine. */
const shortPath = (path: string): string =>
  path.replace(/^.*\/(node_modules\/|(?:server|contract|client|test)\/(?:src|dist)\/)/, '$1');
