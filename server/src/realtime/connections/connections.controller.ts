import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { ConnectionsService } from './connections.service.js';

const routes = api.connections;

@Controller()
export class ConnectionsController {
  constructor(private readonly connections: ConnectionsService) {}

  @Endpoint(routes.list, { unit: 'relay' })
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.connections.page(tx, query);
  }

  @Endpoint(routes.get, { unit: 'relay' })
  get({ tx, id }: Call<typeof routes.get>): Promise<object> {
    return this.connections.get(tx, id);
  }

  @Endpoint(routes.close, { unit: 'relay' })
  close({ tx, id }: Call<typeof routes.close>): Promise<void> {
    return this.connections.close(tx, id);
  }
}
