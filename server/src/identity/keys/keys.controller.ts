import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { KeysService } from './keys.service.js';

const routes = api.integrationKeys;

@Controller()
export class KeysController {
  constructor(private readonly keys: KeysService) {}

  @Endpoint(routes.list, { unit: 'accounts' })
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.keys.page(tx, query);
  }

  @Endpoint(routes.create, { unit: 'accounts' })
  create({ tx, body }: Call<typeof routes.create>): Promise<object> {
    return this.keys.create(tx, body);
  }

  @Endpoint(routes.remove, { unit: 'accounts' })
  remove({ tx, id }: Call<typeof routes.remove>): Promise<void> {
    return this.keys.remove(tx, id);
  }
}
