import pino from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config/config.js';
import { allowed, type LogFields } from './fields.js';
import { TurnWriter } from './turn-writer.js';

export type LogSeverity = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** A line as it was written, for those who watch the log (`system_log`). */
export interface LogRecord {
  readonly level: LogSeverity;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * A lower-case literal written in the source. Variables and templates do not compile: they are how a name
 * gets into a log.
 */
export type EventText<Text extends string> =
  Record<never, never> extends Record<Text, 1> ? never : Lowercase<Text>;

/** The same at run time, for callers that escaped the compiler. */
const EVENT_TEXT = /^[a-z][a-z0-9 _:,'./()-]{0,99}$/;

/** Structured log with a closed list of fields: one line a call, never a payload, never free text. */
export class Log {
  readonly #pino: pino.Logger;
  readonly #watchers = new Set<(record: LogRecord) => void>();

  constructor(logger: pino.Logger) {
    this.#pino = logger;
  }

  debug<Text extends string>(event: Text & EventText<Text>, fields?: LogFields): void {
    this.#write('debug', event, fields);
  }

  info<Text extends string>(event: Text & EventText<Text>, fields?: LogFields): void {
    this.#write('info', event, fields);
  }

  warn<Text extends string>(event: Text & EventText<Text>, fields?: LogFields): void {
    this.#write('warn', event, fields);
  }

  error<Text extends string>(event: Text & EventText<Text>, fields?: LogFields): void {
    this.#write('error', event, fields);
  }

  fatal<Text extends string>(event: Text & EventText<Text>, fields?: LogFields): void {
    this.#write('fatal', event, fields);
  }

  /** Calls `watcher` with every line from now on; the answer ends it. A watcher must not throw or log. */
  watch(watcher: (record: LogRecord) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #write(level: LogSeverity, event: string, fields: LogFields | undefined): void {
    if (!this.#pino.isLevelEnabled(level)) return;
    const text = EVENT_TEXT.test(event) ? event : 'event text refused';
    const kept = allowed(fields);
    this.#pino[level](kept, text);
    for (const watcher of this.#watchers) watcher({ level, event: text, fields: kept });
  }
}

/**
 * The log of this process, on standard output: one JSON object a line, or readable lines on a terminal
 * outside production. Written within a turn of the event loop, so that what led to an exit is there.
 */
export function createLog(config: Pick<Config, 'logLevel' | 'production'>): Log {
  const readable = !config.production && process.stdout.isTTY === true;
  const stream = readable
    ? pretty({
        colorize: true,
        ignore: 'pid,hostname',
        translateTime: 'HH:MM:ss.l',
        singleLine: true,
        sync: true,
      })
    : new TurnWriter(pino.destination({ dest: 1, sync: true }));
  return new Log(
    pino(
      {
        level: config.logLevel,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      stream,
    ),
  );
}
