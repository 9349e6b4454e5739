import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { BareCall, Call } from '../api/endpoint/call.js';
import { BareEndpoint, Endpoint } from '../api/endpoint/endpoint.js';
import { Idempotency } from '../api/endpoint/idempotency.js';
import { Database } from '../database/database.service.js';
import { Problem } from '../platform/errors/problem.js';
import { NoticesService } from './notices.service.js';
import { ProgressService } from './progress.service.js';
import { StatsService } from './stats.service.js';

const routes = api.notifications;

/** What senders and tenant admins do with notices. */
@Controller()
export class NoticesController {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly notices: NoticesService,
    private readonly progress: ProgressService,
    private readonly stats: StatsService,
  ) {}

  /** Without a unit of work, because a notice to all clinics takes one transaction per fifty clinics. */
  @BareEndpoint(routes.create)
  create(call: BareCall<typeof routes.create>): Promise<unknown> {
    const { tenantId } = call.principal;
    if (tenantId !== null) return this.#toOwn(call, tenantId);
    const named = call.body.tenant_id?.toLowerCase();
    if (named === undefined) return this.notices.sendAll(call.principal, call.body, call.idempotency);
    return this.database.acrossTenants(call.principal, (tx) =>
      this.idempotency.once(tx, call, () => this.notices.sendNamed(tx, named, call.body)),
    );
  }

  @Endpoint(routes.list)
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.progress.page(tx, query);
  }

  @Endpoint(routes.progress)
  get({ tx, id }: Call<typeof routes.progress>): Promise<object> {
    return this.progress.get(tx, id);
  }

  @Endpoint(routes.stats)
  summarize({ tx, query }: Call<typeof routes.stats>): Promise<object> {
    return this.stats.get(tx, query);
  }

  #toOwn(call: BareCall<typeof routes.create>, tenantId: string): Promise<unknown> {
    const named = call.body.tenant_id?.toLowerCase();
    if (named !== undefined && named !== tenantId) {
      throw new Problem('field_not_allowed', {
        errors: [{ path: 'tenant_id', message: 'is not for your role' }],
      });
    }
    return this.database.inTenant(call.principal, tenantId, (tx) =>
      this.idempotency.once(tx, call, () => this.notices.send(tx, tenantId, call.body)),
    );
  }
}
