import { Controller, Header } from '@nestjs/common';
import { api } from '@wardbell/contract';
import { Database } from '../database/database.service.js';
import type { Call } from '../http/call.js';
import { Endpoint } from '../http/endpoint.js';
import { tenantOf } from '../http/tenant-of.js';
import { EventsService } from './events.service.js';

const routes = api.events;

@Controller()
export class EventsController {
  constructor(
    private readonly database: Database,
    private readonly events: EventsService,
  ) {}

  @Endpoint(routes.list)
  @Header('content-type', 'application/json; charset=utf-8')
  list({ principal, query }: Call<typeof routes.list>): Promise<string> {
    return this.database.inTenant(principal, tenantOf(principal), (tx) => this.events.page(tx, query));
  }
}
