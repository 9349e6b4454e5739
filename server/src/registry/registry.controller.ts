import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../http/call.js';
import { Endpoint } from '../http/endpoint.js';
import { RegistryService } from './registry.service.js';

const routes = api.connections;

@Controller()
export class RegistryController {
  constructor(private readonly registry: RegistryService) {}

  @Endpoint(routes.list, { unit: 'relay' })
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.registry.page(tx, query);
  }

  @Endpoint(routes.get, { unit: 'relay' })
  get({ tx, id }: Call<typeof routes.get>): Promise<object> {
    return this.registry.get(tx, id);
  }

  @Endpoint(routes.close, { unit: 'relay' })
  close({ tx, id }: Call<typeof routes.close>): Promise<void> {
    return this.registry.close(tx, id);
  }
}
