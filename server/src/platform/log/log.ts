import pino from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config/config.js';
import { allowed, type LogFields } from './fields.js';
import { TurnWriter } from './turn-writer.js';

export type LogSeverity = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** A line as written, for subscribers of the log (`system_log`). */
export interface LogRecord {
  readonly level: LogSeverity;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** @param isWritten false for a line below the level of the log */
export type LogWatcher = (record: LogRecord, isWritten: boolean) => void;
export type WantsLine = (level: LogSeverity) => boolean;

/**
 * A lower-case string literal. Variables and template strings do not compile, because they could carry a patient's name
 * into the log.
 */
export type EventText<Text extends string> =
  Record<never, never> extends Record<Text, 1> ? never : Lowercase<Text>;

/** The same check at run time, for calls that the compiler did not check. */
const EVENT_TEXT = /^[a-z][a-z0-9 _:,'./()-]{0,99}$/;

/** Structured log with a closed list of fields. Each call writes one line, without payloads or free text. */
export class Log {
  readonly #pino: pino.Logger;
  readonly #watchers = new Map<LogWatcher, WantsLine>();

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

  /**
   * Calls `watcher` with every later line that is written, and with others that it wants, whatever the level of the
   * log. Returns a function that stops it. A watcher must not throw or log.
   */
  watch(watcher: LogWatcher, wants: WantsLine = () => false): () => void {
    this.#watchers.set(watcher, wants);
    return () => this.#watchers.delete(watcher);
  }

  #write(level: LogSeverity, event: string, fields: LogFields | undefined): void {
    const isWritten = this.#pino.isLevelEnabled(level);
    const watchers = [...this.#watchers].filter(([, wants]) => isWritten || wants(level));
    if (!isWritten && watchers.length === 0) return;
    const text = EVENT_TEXT.test(event) ? event : 'event text refused';
    const kept = allowed(fields);
    if (isWritten) this.#pino[level](kept, text);
    for (const [watcher] of watchers) watcher({ level, event: text, fields: kept }, isWritten);
  }
}

/**
 * The log of this process on standard output: one JSON object per line, or readable lines on a terminal outside
 * production. Lines are written in the same turn of the event loop, so that those before an exit are not lost.
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
