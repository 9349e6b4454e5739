import type { LoggerService } from '@nestjs/common';
import { errorFields } from './error-fields.js';
import type { Log } from './log.js';

/**
 * Writes Nest's messages to our log. Nest's own logger prints any object or text, and the message of an unhandled error
 * can contain a patient's data. Only the severity, the context (a class of Nest) and the class and place of errors are
 * kept.
 */
export class NestLog implements LoggerService {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  log(_message: unknown, ...rest: unknown[]): void {
    this.#log.debug('nest', { component: context(rest) });
  }

  debug(_message: unknown, ...rest: unknown[]): void {
    this.#log.debug('nest', { component: context(rest) });
  }

  verbose(_message: unknown, ...rest: unknown[]): void {
    this.#log.debug('nest', { component: context(rest) });
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#log.warn('nest warning', { component: context(rest), ...errorIn([message, ...rest]) });
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#log.error('nest error', { component: context(rest), ...errorIn([message, ...rest]) });
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#log.fatal('nest fatal error', { component: context(rest), ...errorIn([message, ...rest]) });
  }
}

/** Nest passes the context as the last argument. The log drops values that are not class names. */
function context(rest: readonly unknown[]): string | undefined {
  const last = rest.at(-1);
  return typeof last === 'string' ? last : undefined;
}

const errorIn = (values: readonly unknown[]) => {
  const error = values.find((value) => value instanceof Error);
  return error === undefined ? {} : errorFields(error);
};
