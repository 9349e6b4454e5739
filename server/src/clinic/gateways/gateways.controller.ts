import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { GatewaysService } from './gateways.service.js';

const routes = api.gateways;

@Controller()
export class GatewaysController {
  constructor(private readonly gateways: GatewaysService) {}

  @Endpoint(routes.list)
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.gateways.page(tx, query);
  }

  @Endpoint(routes.put)
  put({ tx, gatewayId, body }: Call<typeof routes.put>): Promise<object> {
    return this.gateways.put(tx, gatewayId, body);
  }

  @Endpoint(routes.remove)
  remove({ tx, gatewayId }: Call<typeof routes.remove>): Promise<void> {
    return this.gateways.remove(tx, gatewayId);
  }
}
