import { Controller, Header } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { EventsService } from './events.service.js';

const routes = api.events;

@Controller()
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Endpoint(routes.list)
  @Header('content-type', 'application/json; charset=utf-8')
  list({ tx, query }: Call<typeof routes.list>): Promise<string> {
    return this.events.page(tx, query);
  }
}
