import { Injectable } from '@nestjs/common';
import type { CloseName } from '@wardbell/contract';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { ORDERED_CLOSES, type OrderedClose } from '../ordered-close.js';
import { DeliveryHistogram } from './delivery-histogram.js';
import { refusalReason } from './refusal-reason.js';

/** Tenants that get a label of their own; the rest share `other`. */
const MAX_TENANT_LABELS = 1_000;
/** Event types that get a label of their own. Bounded, because applications define event types. */
const MAX_TYPE_LABELS = 100;
const SUPER = '_super';

/** The properties of a delivered event that are counted. */
export interface Delivered {
  readonly tenantId: string;
  readonly type: string;
  /** When it was written to the log, milliseconds since 1970. */
  readonly writtenMs: number;
}

/** Values that are read at each scrape. */
export interface Watched {
  readonly lagging: () => number;
  readonly unannouncedS: () => number;
  readonly unsentBytes: () => number;
  readonly waitingReplays: () => number;
  /** Milliseconds since 1970, by the clock of the database. */
  readonly databaseMs: () => number;
}

/** A bounded set of label values. Names beyond the bound share `other`. */
class Labels {
  readonly #known = new Set<string>();

  constructor(private readonly max: number) {}

  of(name: string): string {
    if (this.#known.has(name)) return name;
    if (this.#known.size >= this.max) return 'other';
    this.#known.add(name);
    return name;
  }
}

/**
 * Counts by one label. Adding costs a map look-up and an addition; a counter of prom-client builds a string of its
 * labels each time, so it receives the sums only at a scrape.
 */
class Tally {
  readonly #counts = new Map<string, number>();

  add(label: string, count = 1): void {
    this.#counts.set(label, (this.#counts.get(label) ?? 0) + count);
  }

  entries(): IterableIterator<[label: string, count: number]> {
    return this.#counts.entries();
  }
}

/** The metrics of this process. Users, patients and addresses are never labels. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  readonly gapRepairs = this.#counter(
    'hub_gap_repairs_total',
    'Sequence numbers that were missed by announcements and read from the log',
  );
  readonly logReads = this.#counter('hub_log_reads_total', 'Pages of events that were read from the log');
  readonly auditRecordsDropped = this.#counter(
    'audit_records_dropped_total',
    'Reads and refusals that could not be written to the audit log',
  );
  /** `sign`: no key or no database; `file`, `endpoint`: an anchor did not take heads; `contradiction`: see docs. */
  readonly auditHeadFailures = new Counter({
    name: 'audit_head_failures_total',
    help: 'Failures to sign heads of the audit log or to store them outside of the database',
    labelNames: ['reason'],
    registers: [this.registry],
  });
  readonly auditHeadsSigned = this.#counter(
    'audit_heads_signed_total',
    'Heads of audit chains that this instance signed',
  );
  readonly received = this.#counter('websocket_messages_received_total', 'Messages that clients sent');
  readonly requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'HTTP requests by route and status, in seconds',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers: [this.registry],
  });
  readonly admissions = new Histogram({
    name: 'websocket_admission_seconds',
    help: 'From the admission request of a socket to the answer of the database, in seconds',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers: [this.registry],
  });
  readonly #revocations = new Histogram({
    name: 'websocket_revocation_seconds',
    help: 'From the order to close a socket or stream (sign-out, account, tenant, block, limit) until it was closed, in seconds',
    labelNames: ['reason'],
    buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers: [this.registry],
  });
  readonly #taskSuccess = new Gauge({
    name: 'background_task_last_success_timestamp_seconds',
    help: 'When background work last succeeded on this instance, in seconds since 1970',
    labelNames: ['task'],
    registers: [this.registry],
  });
  readonly #connections = this.#tally(
    Gauge,
    'websocket_connections',
    'Open WebSocket connections of this instance',
    'tenant_id',
    // The earlier design's name, kept for its dashboards: `_total` is for counters, and this is a gauge.
    'websocket_connections_total',
  );
  readonly #sent = this.#tally(
    Counter,
    'websocket_messages_sent_total',
    'Messages written to sockets',
    'type',
  );
  readonly #rejected = this.#tally(
    Counter,
    'websocket_connections_rejected_total',
    'Handshakes that were refused',
    'reason',
  );
  readonly #closes = this.#tally(
    Counter,
    'websocket_closes_total',
    'Connections that ended, by close code',
    'code',
  );
  readonly #delivery = new DeliveryHistogram(this.registry);
  readonly #tenants = new Labels(MAX_TENANT_LABELS);
  readonly #types = new Labels(MAX_TYPE_LABELS);
  #databaseMs: () => number = Date.now;
  readonly #onDelivered: ((event: Delivered, sockets: number, seconds: number) => void)[] = [];

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    for (const reason of ORDERED_CLOSES) this.#revocations.zero({ reason }); // alerts find the series from the start
  }

  /** Records that an order closed `sockets` sockets and streams `seconds` after it was written. */
  revoked(reason: OrderedClose, sockets: number, seconds: number): void {
    for (let socket = 0; socket < sockets; socket++) this.#revocations.observe({ reason }, seconds);
  }

  /** Records that a run of background work succeeded. */
  taskSucceeded(task: string): void {
    this.#taskSuccess.set({ task }, Date.now() / 1_000);
  }

  /** Registers gauges whose value is read at each scrape. */
  watch({ lagging, unannouncedS, unsentBytes, waitingReplays, databaseMs }: Watched): void {
    this.#databaseMs = databaseMs;
    this.#gauge('websocket_sessions_lagging', 'Sessions that are catching up', lagging);
    this.#gauge(
      'outbox_oldest_unannounced_seconds',
      'Age of the oldest event that the hub knows it lacks',
      unannouncedS,
    );
    this.#gauge(
      'hub_replay_unsent_bytes',
      'Bytes that were written for sessions that catch up and that their sockets have not taken',
      unsentBytes,
    );
    this.#gauge('hub_replays_waiting', 'Sessions that wait for their turn to catch up', waitingReplays);
  }

  /** Registers a listener that is called for each event of each flush and group. It must be cheap. */
  onDelivered(listener: (event: Delivered, sockets: number, seconds: number) => void): void {
    this.#onDelivered.push(listener);
  }

  /** Records that an event was written to `sockets` sockets. Called once per group, not per socket. */
  delivered(event: Delivered, sockets: number): void {
    const seconds = Math.max(0, this.#databaseMs() - event.writtenMs) / 1_000;
    this.#sent.add(this.#types.of(event.type), sockets);
    this.#delivery.observe(seconds, sockets);
    for (const listener of this.#onDelivered) listener(event, sockets, seconds);
  }

  /** Records that control frames of a type were sent. */
  sent(type: string, frames = 1): void {
    this.#sent.add(type, frames);
  }

  opened(tenantId: string | null): void {
    this.#connections.add(this.#tenantLabel(tenantId));
  }

  closed(tenantId: string | null): void {
    this.#connections.add(this.#tenantLabel(tenantId), -1);
  }

  /** @param code of the close frame, 1006 without one; codes that are neither registered nor ours share one label */
  closedWith(code: number): void {
    const known = (code >= 1000 && code <= 1015) || (code >= 4400 && code < 4500);
    this.#closes.add(known ? String(code) : 'other');
  }

  /** Records a refused handshake. The label is the name of the close reason in the contract, such as `tenant_limit`. */
  rejected(close: CloseName): void {
    this.#rejected.add(refusalReason(close));
  }

  #tenantLabel(tenantId: string | null): string {
    return tenantId === null ? SUPER : this.#tenants.of(tenantId);
  }

  #tally(
    Metric: typeof Counter | typeof Gauge,
    name: string,
    help: string,
    label: string,
    ...otherNames: readonly string[]
  ): Tally {
    const tally = new Tally();
    for (const each of [name, ...otherNames]) {
      new Metric({
        name: each,
        help,
        labelNames: [label],
        registers: [this.registry],
        collect() {
          this.reset();
          for (const [value, count] of tally.entries()) this.inc({ [label]: value }, count);
        },
      });
    }
    return tally;
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name, help, registers: [this.registry] });
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }
}
