import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../api/endpoint/call.js';
import { Endpoint } from '../api/endpoint/endpoint.js';
import { DeadLettersService } from './dead-letters.service.js';

const routes = api.deadLetters;

@Controller()
export class DeadLettersController {
  constructor(private readonly deadLetters: DeadLettersService) {}

  @Endpoint(routes.list)
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.deadLetters.page(tx, query);
  }

  @Endpoint(routes.retry)
  retry({ tx, id }: Call<typeof routes.retry>): Promise<void> {
    return this.deadLetters.retry(tx, id);
  }

  @Endpoint(routes.remove)
  remove({ tx, id }: Call<typeof routes.remove>): Promise<void> {
    return this.deadLetters.remove(tx, id);
  }
}
