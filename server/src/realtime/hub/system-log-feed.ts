import type { LogLevel } from '@wardbell/contract';
import { LineLimit } from '../../platform/log/line-limit.js';
import { MAX_PENDING_BYTES, type Session } from './session.js';

const SEVERITY: Readonly<Record<LogLevel, number>> = { info: 0, warn: 1, error: 2 };
const DEFAULT_LEVEL: LogLevel = 'warn';
/** Interval for reports of dropped lines. */
const REPORT_MS = 250;

/** A line of the server's log. */
export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  /** Id of the instance. */
  readonly source: string;
}

export const isAtLeast = (level: LogLevel, least: LogLevel): boolean => SEVERITY[level] >= SEVERITY[least];

interface Tap {
  level: LogLevel;
  readonly limit: LineLimit;
}

/** Sends `system_log` frames to sessions of super admins, each from the level that it chose. */
export class SystemLogFeed {
  readonly #taps = new WeakMap<Session, Tap>();
  /** True while a line is delivered. What that logs is not delivered, so that no line causes another one. */
  #isDelivering = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly sessions: () => Iterable<Session>) {}

  setLevel(session: Session, level: LogLevel): void {
    this.#tapOf(session).level = level;
  }

  /** True when a session wants lines of this level. */
  wants(level: LogLevel): boolean {
    for (const session of this.sessions()) if (isAtLeast(level, this.#tapOf(session).level)) return true;
    return false;
  }

  send(line: LogLine): void {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    try {
      const nowMs = performance.now();
      for (const session of this.sessions()) {
        const { level, limit } = this.#tapOf(session);
        if (!isAtLeast(line.level, level) || !follows(session)) continue;
        if (limit.allows(nowMs)) session.send({ type: 'system_log', data: line });
        else this.#timer ??= setInterval(() => this.#report(line.source), REPORT_MS).unref();
      }
    } finally {
      this.#isDelivering = false;
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #report(source: string): void {
    const nowMs = performance.now();
    for (const session of this.sessions()) {
      const dropped = this.#tapOf(session).limit.takeDropped(nowMs);
      if (dropped === 0 || !follows(session)) continue;
      session.send({
        type: 'system_log',
        data: { level: 'warn', message: 'log lines were dropped', source, dropped },
      });
    }
  }

  #tapOf(session: Session): Tap {
    let tap = this.#taps.get(session);
    if (!tap) {
      tap = { level: DEFAULT_LEVEL, limit: new LineLimit() };
      this.#taps.set(session, tap);
    }
    return tap;
  }
}

/** Lines are about the present and in no stream: a session that does not drain misses them. */
const follows = ({ state, sink, subscription: { topics, types } }: Session): boolean =>
  state !== 'waiting' &&
  topics.has('system') &&
  (types === null || types.has('system_log')) &&
  sink.pendingBytes <= MAX_PENDING_BYTES;
