import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type BackgroundTask, BackgroundTasks } from '../database/background-tasks.js';
import { OutageLog } from '../database/outage-log.js';
import { VERSION } from '../platform/config/version.js';
import { Metrics } from '../platform/metrics/metrics.js';
import { WebhookMetrics } from '../platform/metrics/webhook-metrics.js';
import { OutgoingHttp } from '../platform/net/outgoing-http.js';
import { LogReader } from '../realtime/outbox/log-reader.js';
import { Lease } from './lease.js';
import { LogMessages } from './log-messages.js';
import { Sender } from './sender.js';
import { WebhookStore } from './webhook-store.js';

const CLAIM_MS = 500;
const LAG_MS = 10_000;
const PRUNE_MS = 10 * 60_000;
/** Endpoints that this instance sends to at the same time. */
const MAX_SENDERS = 64;
/** Time for the attempts under way when this process stops; those that are aborted are repeated by another instance. */
const STOP_MS = 3_000;

interface Turn {
  readonly lease: Lease;
  readonly done: Promise<void>;
}

/** Finds the webhooks that have something to send and gives each a sender, one over all instances. */
@Injectable()
export class Dispatcher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #tasks: readonly BackgroundTask[];
  readonly #metrics: WebhookMetrics;
  readonly #turns = new Set<Turn>();
  readonly #stopping = new AbortController();

  constructor(
    private readonly store: WebhookStore,
    private readonly reader: LogReader,
    private readonly outgoing: OutgoingHttp,
    private readonly outages: OutageLog,
    metrics: Metrics,
    tasks: BackgroundTasks,
  ) {
    this.#metrics = new WebhookMetrics(metrics.registry);
    this.#tasks = [
      tasks.define({ name: 'webhook-claims', everyMs: CLAIM_MS }, () => this.#claim()),
      tasks.define({ name: 'webhook-lag', everyMs: LAG_MS }, async () => {
        this.#metrics.lagS = await this.store.lagS();
      }),
      tasks.define({ name: 'webhook-history', everyMs: PRUNE_MS }, () => this.store.prune()),
    ];
  }

  onApplicationBootstrap(): void {
    for (const task of this.#tasks) task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#tasks.map((task) => task.stop()));
    const ended = Promise.all([...this.#turns].map(({ done }) => done));
    await Promise.race([ended, delay(STOP_MS, undefined, { ref: false })]);
    for (const { lease } of this.#turns) lease.end();
    await ended;
  }

  async #claim(): Promise<void> {
    const free = MAX_SENDERS - this.#turns.size;
    if (free === 0 || this.#stopping.signal.aborted) return;
    const [token, askedMs] = [randomUUID(), performance.now()];
    for (const id of await this.store.claim(token, free)) {
      this.#start(new Lease(this.store, id, token, askedMs));
    }
  }

  #start(lease: Lease): void {
    const sender = new Sender({
      store: this.store,
      outgoing: this.outgoing,
      log: new LogMessages(this.reader),
      lease,
      userAgent: `Wardbell-Webhooks/${VERSION}`,
      onAttempt: (outcome) => this.#metrics.attempted(outcome),
      onDeadLetter: () => this.#metrics.gaveUp(),
      stopping: this.#stopping.signal,
    });
    const turn: Turn = {
      lease,
      done: sender
        .run()
        .catch((error: unknown) => this.outages.failed('webhook-sender', error))
        .finally(() => this.#turns.delete(turn)),
    };
    this.#turns.add(turn);
  }
}
