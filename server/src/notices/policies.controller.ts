import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../api/endpoint/call.js';
import { Endpoint } from '../api/endpoint/endpoint.js';
import { Idempotency } from '../api/endpoint/idempotency.js';
import { PoliciesService } from './policies.service.js';

const routes = api.escalationPolicies;

@Controller()
export class PoliciesController {
  constructor(
    private readonly policies: PoliciesService,
    private readonly idempotency: Idempotency,
  ) {}

  @Endpoint(routes.list)
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.policies.page(tx, query);
  }

  @Endpoint(routes.create)
  create(call: Call<typeof routes.create>): Promise<unknown> {
    return this.idempotency.once(call.tx, call, () => this.policies.create(call.tx, call.body));
  }

  @Endpoint(routes.preview, { unit: 'relay' })
  preview({ tx, body }: Call<typeof routes.preview>): Promise<object> {
    return this.policies.preview(tx, body);
  }

  @Endpoint(routes.get)
  get({ tx, id }: Call<typeof routes.get>): Promise<object> {
    return this.policies.get(tx, id);
  }

  @Endpoint(routes.update)
  update({ tx, id, body, ifMatch }: Call<typeof routes.update>): Promise<object> {
    return this.policies.update(tx, id, body, ifMatch);
  }

  @Endpoint(routes.remove)
  remove({ tx, id, ifMatch }: Call<typeof routes.remove>): Promise<void> {
    return this.policies.remove(tx, id, ifMatch);
  }
}
