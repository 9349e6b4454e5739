import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { LogLevel, type SystemLogQuery, type SystemLogRow } from '@wardbell/contract';
import type { z } from 'zod';
import { Pager } from '../../api/paging/page.js';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { RelayPool } from '../../database/pools.js';
import type { Tx } from '../../database/tx.js';
import { LineLimit } from '../../platform/log/line-limit.js';
import { Log, type LogRecord, type LogSeverity } from '../../platform/log/log.js';
import { Instance } from '../../realtime/connections/instance.js';
import { Hub } from '../../realtime/hub/hub.js';
import { isAtLeast } from '../../realtime/hub/system-log-feed.js';

const WRITE_MS = 1_000;
/** Lines that wait for the database; in an outage the oldest are dropped. */
const MAX_WAITING = 1_000;
/** Lines that are kept of all instances. */
const KEPT = 10_000;
/** Lines between two deletions of old ones. */
const PRUNE_EVERY = 1_000;
const MAX_MESSAGE_LENGTH = 1_000;
/** Before the first page. */
const END = '9223372036854775807';

const LEVELS: Readonly<Record<LogSeverity, LogLevel | undefined>> = {
  debug: undefined,
  info: 'info',
  warn: 'warn',
  error: 'error',
  fatal: 'error',
};
const WRITE = {
  name: 'system_log_write',
  text: `INSERT INTO wardbell.system_log (at, level, message, source, dropped)
         SELECT r.at, r.level, r.message, $2, r.dropped
         FROM jsonb_to_recordset($1) AS r(at timestamptz, level text, message text, dropped integer)`,
};
const PRUNE = {
  name: 'system_log_prune',
  text: 'DELETE FROM wardbell.system_log WHERE id <= (SELECT max(id) FROM wardbell.system_log) - $1',
};

interface Line {
  readonly at: Date;
  readonly level: LogLevel;
  readonly message: string;
  readonly dropped?: number;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it must find
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** The event and its fields, all of the closed list, as one line. */
const textOf = ({ event, fields }: LogRecord): string =>
  [event, ...Object.entries(fields).map(([name, value]) => `${name}=${value}`)]
    .join(' ')
    .replace(CONTROL, ' ')
    .slice(0, MAX_MESSAGE_LENGTH);

/**
 * The log of this process for super admins: lines are sent to their sessions here at once, and stored for all
 * instances to read, at most 100 in any second.
 */
@Injectable()
export class SystemLog implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #limit = new LineLimit();
  #waiting: Line[] = [];
  #writtenSincePrune = 0;
  readonly #task: BackgroundTask;
  #stopWatching: () => void = () => undefined;

  constructor(
    private readonly relay: RelayPool,
    private readonly hub: Hub,
    private readonly instance: Instance,
    private readonly log: Log,
    private readonly pager: Pager,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'system-log', everyMs: WRITE_MS }, () => this.#write());
  }

  onApplicationBootstrap(): void {
    this.#stopWatching = this.log.watch(
      (record, isWritten) => this.#take(record, isWritten),
      (severity) => {
        const level = LEVELS[severity];
        return level !== undefined && this.hub.logs.wants(level);
      },
    );
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
    await this.#task.run();
    this.#stopWatching();
    this.hub.logs.stop();
  }

  /** The newest first. */
  async page(
    tx: Tx,
    { level, since, after, limit }: z.output<typeof SystemLogQuery>,
  ): Promise<{ data: SystemLogRow[]; next: string | null }> {
    const list = 'system/log';
    const [before] = this.pager.start(list, after, [END, '']);
    const sinceId = typeof since === 'number' ? since : 0;
    const sinceAt = typeof since === 'string' ? since : '-infinity';
    const rows = await tx.sql.query<(Omit<SystemLogRow, 'id' | 'at'> & { id: bigint; at: Date })[]>`
      SELECT l.id, l.at, l.level, l.message, l.source, l.dropped FROM wardbell.system_log l
      WHERE l.id > (SELECT coalesce(max(m.id), 0) - ${KEPT}::bigint FROM wardbell.system_log m)
        AND l.id < ${before}::bigint AND l.id > ${sinceId}::bigint AND l.at >= ${sinceAt}::timestamptz
        AND l.level = ANY(${LogLevel.options.filter((other) => isAtLeast(other, level))}::text[])
      ORDER BY l.id DESC LIMIT ${limit + 1}`;
    const cut = this.pager.cut(list, rows, limit, ({ id }) => [String(id), '']);
    return {
      data: cut.rows.map((row) => ({ ...row, id: Number(row.id), at: row.at.toISOString() })),
      next: cut.next,
    };
  }

  #take(record: LogRecord, isWritten: boolean): void {
    const level = LEVELS[record.level];
    if (level === undefined) return;
    const isStored = isWritten && this.#limit.allows(performance.now());
    const isSent = this.hub.logs.wants(level);
    if (!isStored && !isSent) return;
    const message = textOf(record);
    if (isStored) this.#store({ at: new Date(), level, message });
    if (isSent) this.hub.logs.send({ level, message, source: this.instance.id });
  }

  #store(line: Line): void {
    this.#waiting.push(line);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
  }

  async #write(): Promise<void> {
    const dropped = this.#limit.takeDropped(performance.now());
    if (dropped > 0)
      this.#store({ at: new Date(), level: 'warn', message: 'log lines were dropped', dropped });
    const lines = this.#waiting;
    if (lines.length === 0) return;
    this.#waiting = [];
    try {
      await this.relay.query(WRITE, [JSON.stringify(lines), this.instance.id]);
    } catch (error) {
      this.#waiting = [...lines, ...this.#waiting].slice(-MAX_WAITING);
      throw error;
    }
    this.#writtenSincePrune += lines.length;
    if (this.#writtenSincePrune < PRUNE_EVERY) return;
    await this.relay.query(PRUNE, [KEPT]);
    this.#writtenSincePrune = 0;
  }
}
