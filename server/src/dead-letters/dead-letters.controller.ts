import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { BareCall, Call } from '../api/endpoint/call.js';
import { BareEndpoint, Endpoint } from '../api/endpoint/endpoint.js';
import { DeadLettersService } from './dead-letters.service.js';

const routes = api.deadLetters;

@Controller()
export class DeadLettersController {
  constructor(private readonly deadLetters: DeadLettersService) {}

  @Endpoint(routes.list)
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.deadLetters.page(tx, query);
  }

  @BareEndpoint(routes.retry)
  retry({ principal, id }: BareCall<typeof routes.retry>): Promise<void> {
    return this.deadLetters.retry(principal, id);
  }

  @Endpoint(routes.remove)
  remove({ tx, id }: Call<typeof routes.remove>): Promise<void> {
    return this.deadLetters.remove(tx, id);
  }
}
