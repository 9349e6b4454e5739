import { Injectable } from '@nestjs/common';
import { Escalation, type NotificationCreate, NotificationCreated } from '@wardbell/contract';
import { z } from 'zod';
import type { BareCall } from '../api/endpoint/call.js';
import { Idempotency } from '../api/endpoint/idempotency.js';
import { Database } from '../database/database.service.js';
import type { Principal } from '../database/principal.js';
import type { Tx } from '../database/tx.js';
import { Problem } from '../platform/errors/problem.js';
import { NIL_UUID } from '../platform/uuid.js';
import { sendNotice } from './send-notice.js';

/** Tenants per transaction. The writers of each tenant wait until the transaction has committed. */
const BATCH = 50;

type Keyed = BareCall['idempotency'];
type Created = z.output<typeof NotificationCreated>;

/** One batch of a notice to all tenants; `last` is the id of its last tenant, null after the last batch. */
const Batch = z.object({
  data: z.array(z.object({ tenant_id: z.string(), id: z.string(), recipients: z.number() })),
  last: z.string().nullable(),
});
type Batch = z.output<typeof Batch>;

/** Sends notices. The audit log records sender and number of recipients, never the text. */
@Injectable()
export class NoticesService {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
  ) {}

  /** @throws Problem `unknown_policy`, `validation_failed` when it has expired already */
  async send(
    tx: Tx,
    tenantId: string,
    body: NotificationCreate,
  ): Promise<{ id: string; recipients: number }> {
    const expiresAt = body.expires_at === undefined ? undefined : new Date(body.expires_at);
    if (expiresAt && expiresAt <= tx.now) {
      throw new Problem('validation_failed', {
        errors: [{ path: 'expires_at', message: 'must be in the future' }],
      });
    }
    const { message, level, title, link, audience, test: isTest } = body;
    const escalation = await resolveEscalation(tx, tenantId, body.requires_ack);
    const notice = { message, level, title, link, audience, expiresAt, isTest, escalation };
    const sent = await sendNotice(tx, tenantId, notice);
    tx.audit(
      {
        action: 'notification.create',
        objectType: 'notification',
        objectId: sent.id,
        details: { recipients: sent.recipients, ...(isTest ? { test: 1 } : {}) },
      },
      tenantId,
    );
    return sent;
  }

  /** Sends to one tenant, chosen by a super admin. @throws Problem `unknown_tenant` */
  async sendNamed(tx: Tx, tenantId: string, body: NotificationCreate): Promise<Created> {
    const orm = await tx.orm();
    if ((await orm.tenant.count({ where: { id: tenantId } })) === 0) throw new Problem('unknown_tenant');
    return this.send(tx, tenantId, body);
  }

  /**
   * Sends to every active tenant in batches, because one transaction for all would block the writes of every clinic.
   * With an Idempotency-Key each batch runs once, so a retry continues where the first request stopped.
   */
  async sendAll(principal: Principal, body: NotificationCreate, keyed: Keyed): Promise<Created> {
    const data: Batch['data'] = [];
    let after: string | null = NIL_UUID;
    while (after !== null) {
      const batch: Batch = await this.#batch(principal, body, after, keyed);
      data.push(...batch.data);
      after = batch.last;
    }
    return { data };
  }

  #batch(principal: Principal, body: NotificationCreate, after: string, keyed: Keyed): Promise<Batch> {
    return this.database.acrossTenants(principal, async (tx) => {
      if (!keyed) return this.#sendBatch(tx, body, after);
      const route = `${keyed.route} after ${after}`;
      const stored = await this.idempotency.run(tx, { ...keyed, route }, () =>
        this.#sendBatch(tx, body, after),
      );
      return Batch.parse(stored.body);
    });
  }

  async #sendBatch(tx: Tx, body: NotificationCreate, after: string): Promise<Batch> {
    const orm = await tx.orm();
    const rows = await orm.tenant.findMany({
      select: { id: true },
      where: { status: 'active', id: { gt: after } },
      orderBy: { id: 'asc' },
      take: BATCH,
    });
    const data: Batch['data'] = [];
    for (const { id } of rows) data.push({ tenant_id: id, ...(await this.send(tx, id, body)) });
    return { data, last: rows.length < BATCH ? null : (rows.at(-1)?.id ?? null) };
  }
}

/** The escalation of a notice, as it stays for this notice. @throws Problem `unknown_policy` */
async function resolveEscalation(
  tx: Tx,
  tenantId: string,
  requiresAck: NotificationCreate['requires_ack'],
): Promise<Escalation | undefined> {
  if (requiresAck === undefined || !('policy' in requiresAck)) return requiresAck;
  const [policy] = await tx.sql.query<object[]>`
    SELECT p.within_s, p.steps, p.mode, p.fallback FROM wardbell.escalation_policy p
    WHERE p.tenant_id = ${tenantId}::uuid AND p.id = ${requiresAck.policy}::uuid`;
  if (!policy) throw new Problem('unknown_policy');
  const { fallback, ...rest }: { fallback?: unknown } = policy;
  return Escalation.parse({ ...rest, ...(fallback === null ? {} : { fallback }) });
}
