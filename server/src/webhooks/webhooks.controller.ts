import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../api/endpoint/call.js';
import { Endpoint } from '../api/endpoint/endpoint.js';
import { WebhooksService } from './webhooks.service.js';

const routes = api.webhooks;

@Controller()
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Endpoint(routes.list)
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.webhooks.page(tx, query);
  }

  @Endpoint(routes.get)
  get({ tx, id }: Call<typeof routes.get>): Promise<object> {
    return this.webhooks.get(tx, id);
  }

  @Endpoint(routes.create)
  create({ tx, body }: Call<typeof routes.create>): Promise<object> {
    return this.webhooks.create(tx, body);
  }

  @Endpoint(routes.update)
  update({ tx, id, body, ifMatch }: Call<typeof routes.update>): Promise<object> {
    return this.webhooks.update(tx, id, body, ifMatch);
  }

  @Endpoint(routes.remove)
  remove({ tx, id, ifMatch }: Call<typeof routes.remove>): Promise<void> {
    return this.webhooks.remove(tx, id, ifMatch);
  }

  @Endpoint(routes.rotateSecret)
  rotateSecret({ tx, id }: Call<typeof routes.rotateSecret>): Promise<object> {
    return this.webhooks.rotateSecret(tx, id);
  }

  @Endpoint(routes.test)
  test({ tx, id }: Call<typeof routes.test>): Promise<object> {
    return this.webhooks.test(tx, id);
  }

  @Endpoint(routes.rewind)
  rewind({ tx, id, body }: Call<typeof routes.rewind>): Promise<object> {
    return this.webhooks.rewind(tx, id, body);
  }

  @Endpoint(routes.attempts)
  attempts({ tx, id, query }: Call<typeof routes.attempts>): Promise<object> {
    return this.webhooks.attempts(tx, id, query);
  }
}
