import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { SystemService } from './system.service.js';
import { SystemHistoryService } from './system-history.js';
import { SystemLog } from './system-log.js';

const routes = api.system;

@Controller()
export class SystemController {
  constructor(
    private readonly system: SystemService,
    private readonly systemLog: SystemLog,
    private readonly systemHistory: SystemHistoryService,
  ) {}

  @Endpoint(routes.get)
  get({ tx }: Call<typeof routes.get>): Promise<object> {
    return this.system.get(tx);
  }

  @Endpoint(routes.history)
  history({ tx, query }: Call<typeof routes.history>): Promise<object> {
    return this.systemHistory.read(tx, query);
  }

  @Endpoint(routes.log)
  log({ tx, query }: Call<typeof routes.log>): Promise<object> {
    return this.systemLog.page(tx, query);
  }
}
