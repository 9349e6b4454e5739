import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import { Database } from '../database/database.service.js';
import type { Call } from '../http/call.js';
import { Endpoint } from '../http/endpoint.js';
import { SystemService } from './system.service.js';

const routes = api.system;

@Controller()
export class SystemController {
  constructor(
    private readonly database: Database,
    private readonly system: SystemService,
  ) {}

  @Endpoint(routes.get)
  get({ principal }: Call<typeof routes.get>): Promise<object> {
    return this.database.acrossTenants(principal, (tx) => this.system.get(tx));
  }
}
