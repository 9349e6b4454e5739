import { Injectable } from '@nestjs/common';
import type { NotificationCreate } from '@wardbell/contract';
import type { BareCall } from '../../api/endpoint/call.js';
import { Idempotency } from '../../api/endpoint/idempotency.js';
import { Database } from '../../database/database.service.js';
import type { Principal } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { NIL_UUID } from '../../platform/uuid.js';

/** Tenants per transaction. The writers of each tenant wait until the transaction has committed. */
const BATCH = 50;

type Message = Pick<NotificationCreate, 'message' | 'level'>;
type Keyed = BareCall['idempotency'];

interface Batch {
  readonly tenants: number;
  /** Id of the last tenant of this batch; null after the last batch. */
  readonly last: string | null;
}

/** Sends `system_notification`. The audit log records sender and recipients, never the text. */
@Injectable()
export class NotificationsService {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
  ) {}

  notifyTenant(tx: Tx, tenantId: string, { message, level }: Message): void {
    tx.emit({ type: 'system_notification', data: { message, level } }, tenantId);
    tx.audit({ action: 'notification.create', objectType: 'tenant', objectId: tenantId }, tenantId);
  }

  /** Notifies one tenant, chosen by a super admin. */
  async notifyNamed(tx: Tx, tenantId: string, message: Message): Promise<{ tenants: number }> {
    const orm = await tx.orm();
    if ((await orm.tenant.count({ where: { id: tenantId } })) === 0) throw new Problem('unknown_tenant');
    this.notifyTenant(tx, tenantId, message);
    return { tenants: 1 };
  }

  /**
   * Notifies every active tenant in batches, because one transaction for all would block the writes of every clinic.
   * With an Idempotency-Key each batch runs once, so a retry continues where the first request stopped.
   */
  async notifyAll(principal: Principal, message: Message, keyed: Keyed): Promise<{ tenants: number }> {
    let tenants = 0;
    let after: string | null = NIL_UUID;
    while (after !== null) {
      const batch: Batch = await this.#batch(principal, message, after, keyed);
      tenants += batch.tenants;
      after = batch.last;
    }
    return { tenants };
  }

  #batch(principal: Principal, message: Message, after: string, keyed: Keyed): Promise<Batch> {
    return this.database.acrossTenants(principal, async (tx) => {
      if (!keyed) return this.#notifyBatch(tx, message, after);
      const route = `${keyed.route} after ${after}`;
      const { body } = await this.idempotency.run(tx, { ...keyed, route }, () =>
        this.#notifyBatch(tx, message, after),
      );
      return toBatch(body);
    });
  }

  async #notifyBatch(tx: Tx, message: Message, after: string): Promise<Batch> {
    const orm = await tx.orm();
    const rows = await orm.tenant.findMany({
      select: { id: true },
      where: { status: 'active', id: { gt: after } },
      orderBy: { id: 'asc' },
      take: BATCH,
    });
    for (const { id } of rows) this.notifyTenant(tx, id, message);
    return { tenants: rows.length, last: rows.length < BATCH ? null : (rows.at(-1)?.id ?? null) };
  }
}

/** Parses a batch that was stored as JSON for a replay. */
const toBatch = (stored: object): Batch => {
  const tenants: unknown = Reflect.get(stored, 'tenants');
  const last: unknown = Reflect.get(stored, 'last');
  return { tenants: Number(tenants), last: typeof last === 'string' ? last : null };
};
