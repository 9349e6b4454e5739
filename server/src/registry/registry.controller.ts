import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import { Database } from '../database/database.service.js';
import type { Call } from '../http/call.js';
import { Endpoint } from '../http/endpoint.js';
import { RegistryService } from './registry.service.js';

const routes = api.connections;

@Controller()
export class RegistryController {
  constructor(
    private readonly database: Database,
    private readonly registry: RegistryService,
  ) {}

  @Endpoint(routes.list)
  list({ principal, query }: Call<typeof routes.list>): Promise<object> {
    return this.database.acrossTenants(principal, (tx) => this.registry.page(tx, query));
  }

  @Endpoint(routes.get)
  get({ principal, id }: Call<typeof routes.get>): Promise<object> {
    return this.database.acrossTenants(principal, (tx) => this.registry.get(tx, id));
  }

  @Endpoint(routes.close)
  close({ principal, id }: Call<typeof routes.close>): Promise<void> {
    return this.database.acrossTenants(principal, (tx) => this.registry.close(tx, id));
  }
}
