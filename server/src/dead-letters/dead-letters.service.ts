import { Injectable } from '@nestjs/common';
import { DeadLetter, type PageQuery } from '@wardbell/contract';
import { z } from 'zod';
import { Pager } from '../api/paging/page.js';
import type { Tx } from '../database/tx.js';
import { Problem } from '../platform/errors/problem.js';
import { NIL_UUID } from '../platform/uuid.js';

const Row = z.object({
  id: z.string(),
  origin: DeadLetter.shape.origin,
  reason: z.string(),
  received_at: z.date(),
  topic: z.string().nullable(),
  webhook_id: z.string().nullable(),
  event: z.unknown(),
});

/** What could not be delivered or published: that of a tenant for its administrators, the rest for super admins. */
@Injectable()
export class DeadLettersService {
  constructor(private readonly pager: Pager) {}

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
   * Orders one more delivery by the sender of the webhook, which works on one message at a time.
   * @throws Problem `not_found`; `conflict` when the webhook's payload is another one by now
   */
  async retry(tx: Tx, id: string): Promise<void> {
    const { tenantId } = tx.principal;
    const [letter] = await tx.sql.query<{ payload: string; current: string }[]>`
      SELECT l.payload, w.payload AS current
      FROM wardbell.dead_letter l LEFT JOIN wardbell.webhook w ON w.id = l.webhook_id
      WHERE l.id = ${id}::uuid AND l.tenant_id IS NOT DISTINCT FROM ${tenantId}::uuid FOR UPDATE OF l`;
    if (letter === undefined) throw new Problem('not_found');
    if (letter.payload !== letter.current) {
      throw new Problem('conflict', { detail: 'The payload of the webhook was changed; use rewind' });
    }
    await tx.sql.execute`
      UPDATE wardbell.dead_letter l SET retry_at = clock_timestamp() WHERE l.id = ${id}::uuid`;
    tx.audit({ action: 'dead_letter.retry', objectType: 'dead_letter', objectId: id });
  }

  async remove(tx: Tx, id: string): Promise<void> {
    const removed = await tx.sql.execute`
      DELETE FROM wardbell.dead_letter l
      WHERE l.id = ${id}::uuid AND l.tenant_id IS NOT DISTINCT FROM ${tx.principal.tenantId}::uuid`;
    if (removed === 0) throw new Problem('not_found');
    tx.audit({ action: 'dead_letter.delete', objectType: 'dead_letter', objectId: id });
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
