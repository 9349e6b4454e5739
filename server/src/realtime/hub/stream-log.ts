import type { LogEvent } from '../../database/log-event.js';
import type { LogReader } from '../outbox/log-reader.js';
import type { ChannelLog } from './channel.js';
import type { Entry } from './entry.js';
import { Pages } from './pages.js';

/** The log as streams read it: reads shared by channels that lack events, and pages shared by replays. */
export class StreamLog implements ChannelLog {
  readonly #pages: Pages;

  constructor(private readonly reader: LogReader) {
    this.#pages = new Pages((tenantId, since, limit) => reader.readSince(tenantId, since, limit));
  }

  readAfter(tenantId: string, since: number, lacking: number): Promise<LogEvent[]> {
    return this.reader.readAfter(tenantId, since, lacking);
  }

  pageAfter(tenantId: string, since: number): Promise<readonly Entry[]> {
    return this.#pages.after(tenantId, since);
  }

  async head(tenantId: string): Promise<number> {
    return (await this.reader.heads([tenantId])).get(tenantId) ?? 0;
  }

  /** The newest number of each of these tenants; a deleted tenant is not in the answer. */
  heads(tenantIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.reader.heads(tenantIds);
  }

  /** The newest number of every tenant. */
  async allHeads(): Promise<ReadonlyMap<string, number>> {
    return (await this.reader.survey(null)).heads;
  }

  databaseMs(): number {
    return this.reader.clock.now();
  }

  /**
   * The latest time of the database that is known when this event is delivered. The event alone does not tell it: it
   * may have been written long before it committed and was read.
   */
  latestMs(event: Entry | undefined): number {
    return Math.max(event?.writtenMs ?? 0, this.reader.clock.latestMs);
  }

  /** Drops all pages: history was replaced or dropped. */
  forget(): void {
    this.#pages.forget();
  }

  /** Drops pages that were not used for some seconds; call it every second or so. */
  expire(nowMs: number): void {
    this.#pages.expire(nowMs);
  }
}
