import { type DynamicModule, Global, Module } from '@nestjs/common';
import { MetricsModule } from '../platform/metrics/metrics.module.js';
import { AccessLog } from './access-log.js';
import { BackgroundTasks } from './background-tasks.js';
import { Database } from './database.service.js';
import { OutageLog } from './outage-log.js';
import { AppPool, AuthPool, DatabaseLogins, RelayPool } from './pools.js';

@Global()
@Module({})
export class DatabaseModule {
  static with(logins: DatabaseLogins): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [MetricsModule],
      providers: [
        { provide: DatabaseLogins, useValue: logins },
        AppPool,
        AuthPool,
        RelayPool,
        Database,
        OutageLog,
        BackgroundTasks,
        AccessLog,
      ],
      exports: [AccessLog, AuthPool, Database, DatabaseLogins, RelayPool, OutageLog, BackgroundTasks],
    };
  }
}
