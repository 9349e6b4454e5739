import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { SystemService } from './system.service.js';
import { SystemLog } from './system-log.js';

const routes = api.system;

@Controller()
export class SystemController {
  constructor(
    private readonly system: SystemService,
    private readonly systemLog: SystemLog,
  ) {}

  @Endpoint(routes.get)
  get({ tx }: Call<typeof routes.get>): Promise<object> {
    return this.system.get(tx);
  }

  @Endpoint(routes.log)
  log({ tx, query }: Call<typeof routes.log>): Promise<object> {
    return this.systemLog.page(tx, query);
  }
}
