import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { ExternalUsers } from './external-users.js';

const routes = api.externalUsers;

@Controller()
export class ExternalUsersController {
  constructor(private readonly externalUsers: ExternalUsers) {}

  @Endpoint(routes.list, { unit: 'accounts' })
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.externalUsers.page(tx, query);
  }

  @Endpoint(routes.block, { unit: 'accounts' })
  block({ tx, sub }: Call<typeof routes.block>): Promise<void> {
    return this.externalUsers.block(tx, sub);
  }

  @Endpoint(routes.unblock, { unit: 'accounts' })
  unblock({ tx, sub }: Call<typeof routes.unblock>): Promise<void> {
    return this.externalUsers.unblock(tx, sub);
  }
}
