import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { BareCall } from '../../api/endpoint/call.js';
import { BareEndpoint } from '../../api/endpoint/endpoint.js';
import { Idempotency } from '../../api/endpoint/idempotency.js';
import { Database } from '../../database/database.service.js';
import { Problem } from '../../platform/errors/problem.js';
import { NotificationsService } from './notifications.service.js';

const route = api.notifications.create;

@Controller()
export class NotificationsController {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly notifications: NotificationsService,
  ) {}

  /** Without a unit of work, because a notification to all clinics takes one transaction per fifty clinics. */
  @BareEndpoint(route)
  create(call: BareCall<typeof route>): Promise<unknown> {
    const { tenantId } = call.principal;
    if (tenantId !== null) return this.#toOwn(call, tenantId);
    const named = call.body.tenant_id?.toLowerCase();
    if (named === undefined) {
      return this.notifications.notifyAll(call.principal, call.body, call.idempotency);
    }
    return this.database.acrossTenants(call.principal, (tx) =>
      this.idempotency.once(tx, call, () => this.notifications.notifyNamed(tx, named, call.body)),
    );
  }

  #toOwn(call: BareCall<typeof route>, tenantId: string): Promise<unknown> {
    const named = call.body.tenant_id?.toLowerCase();
    if (named !== undefined && named !== tenantId) {
      throw new Problem('field_not_allowed', {
        errors: [{ path: 'tenant_id', message: 'is not for your role' }],
      });
    }
    return this.database.inTenant(call.principal, tenantId, (tx) =>
      this.idempotency.once(tx, call, async () => {
        this.notifications.notifyTenant(tx, tenantId, call.body);
        return { tenants: 1 };
      }),
    );
  }
}
