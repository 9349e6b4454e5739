import { Controller, Header } from '@nestjs/common';
import { api, type EventDelivery } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { AccessLog } from '../../database/access-log.js';
import { DeliveryService } from './delivery.service.js';
import { EventsService } from './events.service.js';

const routes = api.events;

@Controller()
export class EventsController {
  constructor(
    private readonly events: EventsService,
    private readonly deliveries: DeliveryService,
    private readonly accesses: AccessLog,
  ) {}

  @Endpoint(routes.list)
  @Header('content-type', 'application/json; charset=utf-8')
  list({ tx, query }: Call<typeof routes.list>): Promise<string> {
    return this.events.page(tx, query);
  }

  @Endpoint(routes.delivery)
  async delivery({ tx, id, query }: Call<typeof routes.delivery>): Promise<EventDelivery> {
    const delivery = await this.deliveries.find(tx, id, query.user_id);
    this.accesses.read(tx.principal, { action: 'events.read', objectType: 'event', objectId: id });
    return delivery;
  }
}
