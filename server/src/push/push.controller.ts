import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../api/endpoint/call.js';
import { Endpoint } from '../api/endpoint/endpoint.js';
import { PushService } from './push.service.js';

const routes = api.push;

@Controller()
export class PushController {
  constructor(private readonly push: PushService) {}

  @Endpoint(routes.key)
  async key(): Promise<{ public_key: string }> {
    return { public_key: await this.push.publicKey() };
  }

  @Endpoint(routes.subscribe)
  async subscribe({ tx, body }: Call<typeof routes.subscribe>): Promise<{ id: string }> {
    return { id: await this.push.subscribe(tx, body, await this.push.publicKey()) };
  }

  @Endpoint(routes.unsubscribe)
  unsubscribe({ tx, id }: Call<typeof routes.unsubscribe>): Promise<void> {
    return this.push.unsubscribe(tx, id);
  }
}
