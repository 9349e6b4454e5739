import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Audience } from '@wardbell/contract';
import type { LogEvent } from '../../database/log-event.js';
import { RelayPool } from '../../database/pools.js';
import { Metrics } from '../../platform/metrics/metrics.js';
import { DatabaseClock } from './database-clock.js';
import { Gate } from './gate.js';
import { SharedReads, type Wanted } from './shared-reads.js';
import { SurveyConnection } from './survey-connection.js';

interface OutboxRow {
  readonly seq: string;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly audience: Audience | null;
  readonly created_at: Date;
  readonly actor_id: string | null;
  readonly cloud_event: string | null;
  /** Time of the read by the clock of the database, in milliseconds since 1970. */
  readonly now_ms: number;
}

export const READ_SINCE = {
  name: 'outbox_since',
  text: `SELECT seq, id::text, type, data::text, audience, created_at, actor_id, cloud_event::text,
                extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms
         FROM wardbell.read_log($1, $2, $3, $4) ORDER BY seq`,
};
export const READ_MANY = {
  name: 'outbox_many',
  text: `SELECT w.n, o.seq, o.id::text, o.type, o.data::text, o.audience, o.created_at, o.actor_id,
                o.cloud_event::text,
                extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms
         FROM unnest($1::uuid[], $2::bigint[], $3::int[]) WITH ORDINALITY AS w(tenant_id, since, count, n)
         CROSS JOIN LATERAL wardbell.read_log(w.tenant_id, w.since, w.count, $4) o
         ORDER BY w.n, o.seq`,
};
export const HEADS = {
  name: 'heads_of',
  text: `SELECT h.tenant_id::text, h.seq FROM wardbell.tenant_head h JOIN wardbell.tenant t ON t.id = h.tenant_id
         WHERE h.tenant_id = ANY($1::uuid[])`,
};
/** The query of the sweep. One statement, because each round trip waits for a turn of a busy event loop. */
export const SURVEY = {
  name: 'survey',
  text: `SELECT e.epoch, pg_backend_pid() AS pid, extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms,
                h.tenant_id::text, h.seq FROM (SELECT wardbell.check_epoch()::text AS epoch) e
         LEFT JOIN (wardbell.tenant_head h JOIN wardbell.tenant t ON t.id = h.tenant_id)
           ON h.tenant_id = ANY($1::uuid[])`,
};
const SURVEY_ALL = {
  name: 'survey_all',
  text: `SELECT e.epoch, pg_backend_pid() AS pid, extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms,
                h.tenant_id::text, h.seq FROM (SELECT wardbell.check_epoch()::text AS epoch) e
         LEFT JOIN (wardbell.tenant_head h JOIN wardbell.tenant t ON t.id = h.tenant_id) ON true`,
};
const NEW_EPOCH = { name: 'new_epoch', text: 'SELECT wardbell.new_epoch($1)::text AS epoch' };

/**
 * Log reads at a time. The other connections are left to admissions and heartbeats, which must not wait for all tenants
 * that read their log after a restart.
 */
const MAX_READS = 2;
/** Bytes of event data in one answer, which is in memory several times: as text, objects and frames. */
export const MAX_READ_BYTES = 512 * 1024;

/** Tenants whose event with a sequence number has a different id than before. */
const FIND_REPLACED = {
  name: 'find_replaced',
  text: `SELECT DISTINCT w.tenant_id::text
         FROM unnest($1::uuid[], $2::bigint[], $3::uuid[]) AS w(tenant_id, seq, id)
         JOIN wardbell.outbox o ON o.tenant_id = w.tenant_id AND o.seq = w.seq
         WHERE o.id <> w.id`,
};
const EVENT_IDS = {
  name: 'event_ids',
  text: `SELECT o.tenant_id::text, o.seq, o.id::text
         FROM unnest($1::uuid[], $2::bigint[]) AS w(tenant_id, seq)
         JOIN wardbell.outbox o ON o.tenant_id = w.tenant_id AND o.seq = w.seq`,
};

interface HeadRow {
  readonly tenant_id: string;
  readonly seq: string;
}

/** One row per tenant; a single row without a tenant if there is none. */
interface SurveyRow {
  readonly epoch: string;
  readonly pid: number;
  readonly now_ms: number;
  readonly tenant_id: string | null;
  readonly seq: string;
}

/** Sequence number and id of an event. The id differs if another event got the same number in a replaced history. */
export interface NumberedId {
  readonly tenantId: string;
  readonly seq: number;
  readonly id: string;
}

/** A snapshot of the epoch and the tenants' heads. */
export interface Survey {
  readonly epoch: string;
  /** Backend pid. It changes after a crash or a failover. */
  readonly pid: number;
  readonly heads: ReadonlyMap<string, number>;
}

const toEvent = (tenantId: string, row: OutboxRow): LogEvent => ({
  tenantId,
  seq: Number(row.seq),
  id: row.id,
  type: row.type,
  data: row.data,
  audience: row.audience,
  timestamp: row.created_at,
  actorId: row.actor_id,
  ...(row.cloud_event === null ? {} : { cloudEvent: row.cloud_event }),
});

/** Reads the logs of all tenants, as the relay role. */
@Injectable()
export class LogReader implements OnApplicationShutdown {
  readonly clock = new DatabaseClock();
  readonly #surveys: SurveyConnection;
  readonly #gate = new Gate(MAX_READS);
  readonly #shared = new SharedReads(this.#gate, (wanted) => this.#readMany(wanted));

  constructor(
    private readonly relay: RelayPool,
    private readonly metrics: Metrics,
  ) {
    this.#surveys = new SurveyConnection(relay);
  }

  onApplicationShutdown(): void {
    this.#surveys.close();
  }

  /** Up to `limit` events or 512 KiB after `since`, in order. Events that are missing in the answer were dropped. */
  async readSince(tenantId: string, since: number, limit: number): Promise<LogEvent[]> {
    const rows = await this.#gate.run(() => {
      this.metrics.logReads.inc();
      return this.#timed(this.relay.query<OutboxRow>(READ_SINCE, [tenantId, since, limit, MAX_READ_BYTES]));
    });
    return rows.map((row) => toEvent(tenantId, row));
  }

  /**
   * Reads up to `lacking` events after `since`, at least one if there is any. Reads of many tenants share a statement.
   */
  readAfter(tenantId: string, since: number, lacking: number): Promise<LogEvent[]> {
    return this.#shared.after(tenantId, since, lacking);
  }

  /** The head of each of these tenants. Deleted tenants are absent. */
  async heads(tenantIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.relay.query<HeadRow>(HEADS, [tenantIds]);
    return new Map(rows.map(({ tenant_id, seq }) => [tenant_id, Number(seq)]));
  }

  /**
   * Reads the epoch and the heads of these tenants (null: of all). The epoch changes when the database was replaced,
   * for example by a restore.
   */
  async survey(tenantIds: readonly string[] | null): Promise<Survey> {
    const rows = await this.#timed(
      tenantIds === null
        ? this.#surveys.query<SurveyRow>(SURVEY_ALL)
        : this.#surveys.query<SurveyRow>(SURVEY, [tenantIds]),
    );
    const heads = new Map<string, number>();
    for (const { tenant_id, seq } of rows) if (tenant_id !== null) heads.set(tenant_id, Number(seq));
    const [first] = rows;
    return first ? { epoch: first.epoch, pid: first.pid, heads } : noInstallation();
  }

  /** True when the log has a different event under one of these numbers, because commits were lost in a failover. */
  async hasReplaced(events: readonly NumberedId[]): Promise<boolean> {
    const [ids, numbers] = [events.map(({ id }) => id), events.map(({ seq }) => seq)];
    const tenantIds = events.map(({ tenantId }) => tenantId);
    return (await this.#surveys.query(FIND_REPLACED, [tenantIds, numbers, ids])).length > 0;
  }

  /** The ids of the events with these numbers. Events that are no longer in the log are absent. */
  async eventIds(numbers: readonly Omit<NumberedId, 'id'>[]): Promise<NumberedId[]> {
    const rows = await this.#surveys.query<HeadRow & { readonly id: string }>(EVENT_IDS, [
      numbers.map(({ tenantId }) => tenantId),
      numbers.map(({ seq }) => seq),
    ]);
    return rows.map(({ tenant_id, seq, id }) => ({ tenantId: tenant_id, seq: Number(seq), id }));
  }

  /** Records that epoch `old` was replaced. Returns the current epoch. */
  async newEpoch(old: string): Promise<string> {
    const [row] = await this.relay.query<{ epoch: string }>(NEW_EPOCH, [old]);
    return row?.epoch ?? noInstallation();
  }

  /** Passes the database time in an answer to the clock. */
  async #timed<Row extends { readonly now_ms: number }>(answer: Promise<Row[]>): Promise<Row[]> {
    const askedMs = performance.now();
    const rows = await answer;
    const [first] = rows;
    if (first) this.clock.observe(first.now_ms, askedMs, performance.now());
    return rows;
  }

  async #readMany(wanted: readonly Wanted[]): Promise<LogEvent[][]> {
    this.metrics.logReads.inc();
    const rows = await this.#timed(
      this.relay.query<OutboxRow & { readonly n: string }>(READ_MANY, [
        wanted.map(({ tenantId }) => tenantId),
        wanted.map(({ since }) => since),
        wanted.map(({ count }) => count),
        Math.ceil(MAX_READ_BYTES / wanted.length),
      ]),
    );
    const answers: LogEvent[][] = wanted.map(() => []);
    for (const row of rows) {
      const index = Number(row.n) - 1;
      const asked = wanted[index];
      if (asked) answers[index]?.push(toEvent(asked.tenantId, row));
    }
    return answers;
  }
}

const noInstallation = (): never => {
  throw new Error('the installation has no row');
};
