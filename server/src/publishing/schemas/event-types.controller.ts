import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { EventTypesService } from './event-types.service.js';

const routes = api.eventTypes;

@Controller()
export class EventTypesController {
  constructor(private readonly eventTypes: EventTypesService) {}

  @Endpoint(routes.list)
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.eventTypes.page(tx, query);
  }

  @Endpoint(routes.get)
  get({ tx, type }: Call<typeof routes.get>): Promise<object> {
    return this.eventTypes.get(tx, type);
  }

  @Endpoint(routes.put)
  put({ tx, type, body }: Call<typeof routes.put>): Promise<object> {
    return this.eventTypes.put(tx, type, body);
  }

  @Endpoint(routes.remove)
  remove({ tx, type }: Call<typeof routes.remove>): Promise<void> {
    return this.eventTypes.remove(tx, type);
  }
}
