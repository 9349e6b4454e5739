import type { LoggerService } from '@nestjs/common';
import { errorFields } from './error-fields.js';
import type { Log } from './log.js';

/**
 * Nest's own messages, through our log. Nest's logger prints whatever object or text it is handed, and an
 * unhandled error's message may carry a patient's data: so here only the severity, the context (a class of
 * Nest) and, of errors, class and place are kept.
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

/** Nest appends its context last; the log drops what is not the name of a class. */
function context(rest: readonly unknown[]): string | undefined {
  const last = rest.at(-1);
  return typeof last === 'string' ? last : undefined;
}

const errorIn = (values: readonly unknown[]) => {
  const error = values.find((value) => value instanceof Error);
  return error === undefined ? {} : errorFields(error);
};
