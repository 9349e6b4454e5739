import { Injectable } from '@nestjs/common';
import { DeadLetter, type PageQuery } from '@wardbell/contract';
import { z } from 'zod';
import { Pager } from '../api/paging/page.js';
import { Database } from '../database/database.service.js';
import type { Principal } from '../database/principal.js';
import type { Tx } from '../database/tx.js';
import { Problem } from '../platform/errors/problem.js';
import { NIL_UUID } from '../platform/uuid.js';
import { DaprSubscriber } from '../publishing/dapr/dapr-subscriber.js';

const Row = z.object({
  id: z.string(),
  origin: DeadLetter.shape.origin,
  reason: z.string(),
  received_at: z.date(),
  topic: z.string().nullable(),
  webhook_id: z.string().nullable(),
  event: z.unknown(),
});

interface Ordered {
  readonly origin: DeadLetter['origin'];
  readonly topic: string | null;
  readonly pubsubname: string | null;
  readonly text: string;
  /** View of the webhook when the event became a dead letter, and now. */
  readonly payload: string | null;
  readonly current: string | null;
}

/** What could not be delivered or published: that of a tenant for its administrators, the rest for super admins. */
@Injectable()
export class DeadLettersService {
  constructor(
    private readonly pager: Pager,
    private readonly database: Database,
    private readonly dapr: DaprSubscriber,
  ) {}

  /** The oldest first. */
  async page(
    tx: Tx,
    { after, limit }: z.output<typeof PageQuery>,
  ): Promise<{ data: DeadLetter[]; next: string | null }> {
    const { tenantId } = tx.principal;
    const list = `dead-letters/${tenantId}`;
    const [at, id] = this.pager.start(list, after, ['-infinity', NIL_UUID]);
    const rows = await tx.sql.query<{ id: string; sort_key: string }[]>`
      SELECT l.id::text, l.origin, l.reason, l.received_at, l.topic, l.webhook_id::text, l.event,
             l.received_at::text AS sort_key
      FROM wardbell.dead_letter l
      WHERE l.tenant_id IS NOT DISTINCT FROM ${tenantId}::uuid
        AND (l.received_at, l.id) > (${at}::timestamptz, ${id}::uuid)
      ORDER BY l.received_at, l.id LIMIT ${limit + 1}`;
    const cut = this.pager.cut(list, rows, limit, (row) => [row.sort_key, row.id]);
    return { data: cut.rows.map(toDeadLetter), next: cut.next };
  }

  /**
   * A webhook's is sent by the sender of the webhook, which works on one message at a time. That of a broker is
   * published now, and deleted afterwards: a crash in between repeats it, and a repetition is published once.
   * @throws Problem `not_found`; `conflict` when it cannot be delivered or published
   */
  async retry(principal: Principal, id: string): Promise<void> {
    const letter = await this.database.asPrincipal(principal, (tx) => this.#order(tx, id));
    if (letter.origin !== 'dapr') return;
    await this.dapr.redeliver(letter.pubsubname, letter.topic, letter.text);
    await this.database.asPrincipal(principal, (tx) => this.#delete(tx, id));
  }

  async remove(tx: Tx, id: string): Promise<void> {
    const removed = await this.#delete(tx, id);
    if (removed === 0) throw new Problem('not_found');
    tx.audit({ action: 'dead_letter.delete', objectType: 'dead_letter', objectId: id });
  }

  #delete(tx: Tx, id: string): Promise<number> {
    return tx.sql.execute`
      DELETE FROM wardbell.dead_letter l
      WHERE l.id = ${id}::uuid AND l.tenant_id IS NOT DISTINCT FROM ${tx.principal.tenantId}::uuid`;
  }

  /** Marks a webhook's dead letter for its sender. */
  async #order(tx: Tx, id: string): Promise<Ordered> {
    const [letter] = await tx.sql.query<Ordered[]>`
      SELECT l.origin, l.topic, l.pubsubname, l.event::text AS text, l.payload, w.payload AS current
      FROM wardbell.dead_letter l LEFT JOIN wardbell.webhook w ON w.id = l.webhook_id
      WHERE l.id = ${id}::uuid AND l.tenant_id IS NOT DISTINCT FROM ${tx.principal.tenantId}::uuid FOR UPDATE OF l`;
    if (letter === undefined) throw new Problem('not_found');
    tx.audit({ action: 'dead_letter.retry', objectType: 'dead_letter', objectId: id });
    if (letter.origin === 'dapr') return letter;
    if (letter.payload !== letter.current) {
      throw new Problem('conflict', { detail: 'The payload of the webhook was changed; use rewind' });
    }
    await tx.sql.execute`
      UPDATE wardbell.dead_letter l SET retry_at = clock_timestamp() WHERE l.id = ${id}::uuid`;
    return letter;
  }
}

const toDeadLetter = (row: unknown): DeadLetter => {
  const { topic, webhook_id, received_at, ...fields } = Row.parse(row);
  return {
    ...fields,
    received_at: received_at.toISOString(),
    ...(topic === null ? {} : { topic }),
    ...(webhook_id === null ? {} : { webhook_id }),
  };
};
