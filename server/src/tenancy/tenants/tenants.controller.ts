import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { scopeOf } from '../../api/parsing/scope.js';
import { UsageList } from '../usage/usage.list.js';
import { UsageService } from '../usage/usage.service.js';
import { TenantsList } from './tenants.list.js';
import { TenantsService } from './tenants.service.js';

const routes = api.tenants;

@Controller()
export class TenantsController {
  constructor(
    private readonly tenants: TenantsService,
    private readonly tenantsList: TenantsList,
    private readonly usages: UsageService,
    private readonly usageList: UsageList,
  ) {}

  @Endpoint(routes.list)
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.tenantsList.page(tx, query);
  }

  @Endpoint(routes.get)
  get({ tx, id }: Call<typeof routes.get>): Promise<object> {
    return this.tenants.get(tx, id);
  }

  @Endpoint(routes.create)
  create({ tx, body }: Call<typeof routes.create>): Promise<object> {
    return this.tenants.create(tx, body);
  }

  @Endpoint(routes.update)
  update({ tx, id, body, ifMatch }: Call<typeof routes.update>): Promise<object> {
    return this.tenants.update(tx, id, body, ifMatch);
  }

  @Endpoint(routes.remove)
  remove({ tx, id, ifMatch }: Call<typeof routes.remove>): Promise<void> {
    return this.tenants.remove(tx, id, ifMatch);
  }

  @Endpoint(routes.limits)
  async limits({ tx, id }: Call<typeof routes.limits>): Promise<object> {
    return (await this.tenants.get(tx, id)).limits;
  }

  @Endpoint(routes.setLimits)
  setLimits({ tx, id, body }: Call<typeof routes.setLimits>): Promise<object> {
    return this.tenants.setLimits(tx, id, body);
  }

  @Endpoint(routes.usage, { unit: 'relay' })
  usage({ tx, id }: Call<typeof routes.usage>): Promise<object> {
    scopeOf(tx.principal, id);
    return this.usages.get(tx, id);
  }

  @Endpoint(routes.usageHistory, { unit: 'relay' })
  usageHistory({ tx, id, query }: Call<typeof routes.usageHistory>): Promise<object> {
    scopeOf(tx.principal, id);
    return this.usages.history(tx, id, query.minutes);
  }

  @Endpoint(routes.usageOverview)
  usageOverview({ tx, query }: Call<typeof routes.usageOverview>): Promise<object> {
    return this.usageList.page(tx, query);
  }
}
