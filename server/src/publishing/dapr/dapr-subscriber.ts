import { Injectable } from '@nestjs/common';
import { MAX_EVENTS_PER_REQUEST } from '@wardbell/contract';
import { Counter } from 'prom-client';
import { Database } from '../../database/database.service.js';
import { OutageLog } from '../../database/outage-log.js';
import { RelayPool } from '../../database/pools.js';
import type { Principal } from '../../database/principal.js';
import { Config } from '../../platform/config/config.js';
import type { DaprSubscription } from '../../platform/config/dapr-subscription.js';
import { Problem } from '../../platform/errors/problem.js';
import { sqlState } from '../../platform/errors/sqlstate.js';
import { Metrics } from '../../platform/metrics/metrics.js';
import type { Publication } from '../publication.js';
import { PublishService } from '../publish.service.js';
import { NOT_JSON, readDelivery } from './read-delivery.js';

/** Dapr's names for what becomes of a delivery. */
export type DeliveryStatus = 'SUCCESS' | 'RETRY' | 'DROP';

const ADD_DEAD_LETTER = {
  name: 'dapr_dead_letter',
  text: `INSERT INTO wardbell.dead_letter (tenant_id, origin, reason, topic, pubsubname, event)
         VALUES ((SELECT t.id FROM wardbell.tenant t WHERE t.id = $1::uuid), 'dapr', $2, $3, $4, $5::json)`,
};

/** Deliveries of one tenant, in order, by their place in the request. */
type Group = { readonly index: number; readonly publication: Publication }[];
type Verdict =
  | { readonly status: 'SUCCESS' | 'RETRY' }
  | { readonly status: 'DROP'; readonly reason: string };

/** Publishes what a Dapr sidecar delivers from a broker. */
@Injectable()
export class DaprSubscriber {
  readonly #deliveries: Counter<'status'>;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly publisher: PublishService,
    private readonly relay: RelayPool,
    private readonly outages: OutageLog,
    { registry }: Metrics,
  ) {
    this.#deliveries = new Counter({
      name: 'dapr_deliveries_total',
      help: 'Events that a Dapr sidecar delivered, by the status of the answer',
      labelNames: ['status'],
      registers: [registry],
    });
  }

  /** Publishes deliveries, in order for each tenant. What can never be published becomes a dead letter. */
  async deliver(subscription: DaprSubscription, texts: readonly string[]): Promise<DeliveryStatus[]> {
    const verdicts: Verdict[] = texts.map(() => ({ status: 'RETRY' }));
    const readings = texts.map((text) => readDelivery(subscription, text));
    const groups = new Map<string, Group>();
    for (const [index, reading] of readings.entries()) {
      if ('reason' in reading) verdicts[index] = { status: 'DROP', reason: reading.reason };
      else groups.set(reading.tenantId, [...(groups.get(reading.tenantId) ?? []), { index, ...reading }]);
    }
    for (const [tenantId, group] of groups) {
      for (let from = 0; from < group.length; from += MAX_EVENTS_PER_REQUEST) {
        await this.#publish(tenantId, group.slice(from, from + MAX_EVENTS_PER_REQUEST), verdicts);
      }
    }
    const statuses: DeliveryStatus[] = [];
    for (const [index, verdict] of verdicts.entries()) {
      const letter = { text: texts[index] ?? '', tenantId: readings[index]?.tenantId ?? null };
      const status =
        verdict.status === 'DROP'
          ? await this.#addDeadLetter(subscription, { ...letter, reason: verdict.reason })
          : verdict.status;
      this.#deliveries.inc({ status: status.toLowerCase() });
      statuses.push(status);
    }
    return statuses;
  }

  /**
   * Publishes a dead letter once more.
   * @throws Problem `conflict` with the reason when that is impossible
   */
  async redeliver(pubsubname: string | null, topic: string | null, text: string): Promise<void> {
    const subscription = this.config.daprSubscriptions.find(
      (each) => each.pubsubname === pubsubname && each.topic === topic,
    );
    if (!subscription)
      throw new Problem('conflict', { detail: 'There is no subscription of this topic any more' });
    const reading = readDelivery(subscription, text);
    const verdict =
      'reason' in reading ? reading : await this.#attempt(reading.tenantId, [{ index: 0, ...reading }]);
    if ('reason' in verdict)
      throw new Problem('conflict', { detail: `It cannot be published: ${verdict.reason}` });
    if (verdict.status === 'RETRY') throw new Problem('unavailable', { retryAfterS: 2 });
  }

  /** Publishes all in one transaction; one by one when one of them cannot be published. */
  async #publish(tenantId: string, group: Group, verdicts: Verdict[]): Promise<void> {
    const verdict = await this.#attempt(tenantId, group);
    if (verdict.status === 'DROP' && group.length > 1) {
      for (const one of group) await this.#publish(tenantId, [one], verdicts);
      return;
    }
    for (const { index } of group) verdicts[index] = verdict;
  }

  async #attempt(tenantId: string, group: Group): Promise<Verdict> {
    const publications = group.map(({ publication }) => publication);
    try {
      await this.database.inTenant(principalOf(tenantId), tenantId, (tx) =>
        this.publisher.publish(tx, tenantId, publications),
      );
      return { status: 'SUCCESS' };
    } catch (error) {
      const reason = permanentReason(error);
      if (reason !== undefined) return { status: 'DROP', reason };
      this.outages.failed('dapr-delivery', error);
      return { status: 'RETRY' };
    }
  }

  /** Stores a delivery that is dropped; when that fails, it must not be dropped. */
  async #addDeadLetter(
    { pubsubname, topic }: DaprSubscription,
    {
      tenantId,
      reason,
      text,
    }: { readonly tenantId: string | null; readonly reason: string; readonly text: string },
  ): Promise<'DROP' | 'RETRY'> {
    const event = reason === NOT_JSON ? JSON.stringify(text) : text;
    try {
      await this.relay.query(ADD_DEAD_LETTER, [tenantId, reason, topic, pubsubname, event]);
      return 'DROP';
    } catch (error) {
      this.outages.failed('dapr-dead-letter', error);
      return 'RETRY';
    }
  }
}

const principalOf = (tenantId: string): Principal => ({
  userId: 'dapr',
  tenantId,
  role: 'tenant_admin',
  sessionId: null,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
  address: null,
});

/** Why a repetition would fail as well; undefined when it may succeed. */
function permanentReason(error: unknown): string | undefined {
  // data that PostgreSQL cannot store, such as U+0000
  if (sqlState(error)?.startsWith('22')) return 'validation_failed';
  if (!(error instanceof Problem) || error.status >= 500 || error.code === 'conflict') return undefined;
  return error.code === 'invalid_token' ? 'unknown_tenant' : error.code;
}
