import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { RelayPool } from '../../database/pools.js';
import { Config } from '../../platform/config/config.js';
import { errorFields } from '../../platform/log/error-fields.js';
import { Log } from '../../platform/log/log.js';
import { removeUnfinished, writeArchive } from './archive-file.js';
import { AuditKeys } from './audit-keys.js';
import { AuditMonth } from './audit-month.js';
import { readBeginnings, signBeginnings } from './beginnings.js';

const EVERY_MS = 10 * 60_000;
/** An export of many months takes minutes. */
const MAX_MS = 60 * 60_000;
/** Counting the rows of a large month takes seconds, more on a slow disk. */
const STATEMENT_TIMEOUT_MS = 5 * 60_000;
const BEGIN =
  `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS};` +
  ` SET LOCAL idle_in_transaction_session_timeout = ${STATEMENT_TIMEOUT_MS}`;

const DUE = {
  name: 'due_audit_months',
  text: 'SELECT name FROM wardbell.due_audit_months(make_interval(days => $1)) AS name',
};
const CLAIM = 'SELECT verdict, names FROM wardbell.claim_audit_months(make_interval(days => $1))';
const DROP = 'SELECT wardbell.drop_audit_months($1, $2, make_interval(days => $3)) AS dropped';

interface Claim {
  readonly verdict: 'ready' | 'none' | 'busy' | 'parted';
  readonly names: string[];
}

/**
 * Exports and drops the months of the audit log that are older than `AUDIT_RETENTION_DAYS`. Any instance may do so: its
 * transaction holds a lock from before the export until after the drop. `Maintenance` creates the partitions.
 */
@Injectable()
export class AuditRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #stop = new AbortController();
  readonly #task: BackgroundTask;
  /** Key of the last log line about months that were kept, so that a reason is logged once per month. */
  #reported = '';

  constructor(
    private readonly relay: RelayPool,
    private readonly config: Config,
    private readonly log: Log,
    private readonly keys: AuditKeys,
    tasks: BackgroundTasks,
  ) {
    const options = { name: 'audit-retention', everyMs: EVERY_MS, maxMs: MAX_MS };
    this.#task = tasks.define(options, () => this.#workUnlessStopped());
  }

  /** Does not wait for the first run, because an export may take minutes. */
  onApplicationBootstrap(): void {
    void this.#task.run();
    this.#task.start();
  }

  /** Aborts an export in progress. It leaves nothing, and the next start repeats it. */
  async onApplicationShutdown(): Promise<void> {
    this.#stop.abort();
    await this.#task.stop();
  }

  /** Runs once, or joins the run in progress. A failure is logged and retried at the next interval. */
  run(): Promise<void> {
    return this.#task.run();
  }

  /** Ignores the failure of an export that was aborted because the server stops. */
  async #workUnlessStopped(): Promise<void> {
    try {
      await this.#work();
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    }
  }

  async #work(): Promise<void> {
    const due = await this.relay.query<{ name: string }>(DUE, [this.config.auditRetentionDays]);
    if (due.length === 0 || this.config.auditArchiveDir === undefined) {
      this.#report('unset', due.length);
      return;
    }
    const client = this.relay.dedicated('wardbell-audit', STATEMENT_TIMEOUT_MS);
    client.on('error', () => undefined); // the running statement reports the error
    const end = (): void => void client.end().catch(() => undefined);
    this.#stop.signal.addEventListener('abort', end);
    try {
      this.#stop.signal.throwIfAborted();
      await client.connect();
      while (await this.#dropOldest(client, this.config.auditArchiveDir, due.length));
    } finally {
      this.#stop.signal.removeEventListener('abort', end);
      end(); // an open transaction is rolled back
    }
  }

  /** Exports and drops the oldest months that are due, in one transaction. Returns true when more may be due. */
  async #dropOldest(client: pg.Client, folder: string | null, dueCount: number): Promise<boolean> {
    await client.query(BEGIN);
    const { rows } = await client.query<Claim>(CLAIM, [this.config.auditRetentionDays]);
    const claim = rows[0];
    if (claim?.verdict !== 'ready') {
      if (claim?.verdict === 'parted') this.#report('parted', dueCount);
      return false;
    }
    const rowCount = folder === null ? null : await this.#archive(client, folder, claim.names);
    if (rowCount === undefined) return false;
    const before = await readBeginnings(client);
    const dropped = await client.query<{ dropped: boolean }>(DROP, [
      claim.names,
      rowCount,
      this.config.auditRetentionDays,
    ]);
    await signBeginnings(client, this.keys, before);
    await client.query('COMMIT');
    if (dropped.rows[0]?.dropped !== true) return false;
    for (const partition of claim.names) this.log.info('old audit month dropped', { partition });
    return true;
  }

  /** Returns the number of exported rows; undefined when the export is incomplete and nothing may be dropped. */
  async #archive(client: pg.Client, folder: string, names: readonly string[]): Promise<number | undefined> {
    let rowCount = 0;
    for (const partition of names) {
      const month = new AuditMonth(partition);
      try {
        await removeUnfinished(folder);
        const bytes = await writeArchive(folder, month.month, month.lines(client), this.#stop.signal);
        this.log.info('audit month exported', { partition, count: month.rowCount, bytes });
      } catch (error) {
        if (!this.#stop.signal.aborted) {
          const fields = { variable: 'AUDIT_ARCHIVE_DIR', partition, ...errorFields(error) };
          this.log.error('an audit month could not be exported and was not dropped', fields);
        }
        return undefined;
      }
      rowCount += month.rowCount;
    }
    return rowCount;
  }

  #report(reason: 'unset' | 'parted', count: number): void {
    const report = `${reason} ${count}`;
    if (this.#reported === report) return;
    this.#reported = report;
    if (count === 0) return;
    if (reason === 'unset') {
      const fields = { variable: 'AUDIT_ARCHIVE_DIR', count };
      this.log.warn('audit months are past their retention and stay: the variable is not set', fields);
    } else {
      this.log.warn('audit months are past their retention and stay: a chain would be cut', { count });
    }
  }
}
