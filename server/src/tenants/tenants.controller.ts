import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import { Database } from '../database/database.service.js';
import type { Call } from '../http/call.js';
import { Endpoint } from '../http/endpoint.js';
import { asAdmin, scopeOf } from '../http/scope.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { TenantsList } from './tenants.list.js';
import { TenantsService } from './tenants.service.js';
import { UsageList } from './usage.list.js';
import { UsageService } from './usage.service.js';

const routes = api.tenants;

@Controller()
export class TenantsController {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly tenants: TenantsService,
    private readonly tenantsList: TenantsList,
    private readonly usages: UsageService,
    private readonly usageList: UsageList,
  ) {}

  @Endpoint(routes.list)
  list({ principal, query }: Call<typeof routes.list>): Promise<object> {
    return asAdmin(this.database, principal, (tx) => this.tenantsList.page(tx, query));
  }

  @Endpoint(routes.get)
  get({ principal, id }: Call<typeof routes.get>): Promise<object> {
    return asAdmin(this.database, principal, (tx) => this.tenants.get(tx, id));
  }

  @Endpoint(routes.create)
  create(call: Call<typeof routes.create>): Promise<object> {
    return this.database.acrossTenants(call.principal, (tx) =>
      this.idempotency.once(tx, call, () => this.tenants.create(tx, call.body)),
    );
  }

  @Endpoint(routes.update)
  update({ principal, id, body, ifMatch }: Call<typeof routes.update>): Promise<object> {
    return this.database.acrossTenants(principal, (tx) => this.tenants.update(tx, id, body, ifMatch));
  }

  @Endpoint(routes.remove)
  remove({ principal, id, ifMatch }: Call<typeof routes.remove>): Promise<void> {
    return this.database.acrossTenants(principal, (tx) => this.tenants.remove(tx, id, ifMatch));
  }

  @Endpoint(routes.limits)
  async limits({ principal, id }: Call<typeof routes.limits>): Promise<object> {
    const tenant = await asAdmin(this.database, principal, (tx) => this.tenants.get(tx, id));
    return tenant.limits;
  }

  @Endpoint(routes.setLimits)
  setLimits({ principal, id, body }: Call<typeof routes.setLimits>): Promise<object> {
    return asAdmin(this.database, principal, (tx) => this.tenants.setLimits(tx, id, body));
  }

  @Endpoint(routes.usage)
  usage({ principal, id }: Call<typeof routes.usage>): Promise<object> {
    scopeOf(principal, id);
    return this.database.acrossTenants(principal, (tx) => this.usages.get(tx, id));
  }

  @Endpoint(routes.usageHistory)
  usageHistory({ principal, id, query }: Call<typeof routes.usageHistory>): Promise<object> {
    scopeOf(principal, id);
    return this.database.acrossTenants(principal, (tx) => this.usages.history(tx, id, query.minutes));
  }

  @Endpoint(routes.usageOverview)
  usageOverview({ principal, query }: Call<typeof routes.usageOverview>): Promise<object> {
    return this.database.acrossTenants(principal, (tx) => this.usageList.page(tx, query));
  }
}
