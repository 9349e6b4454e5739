import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Database } from './database.service.js';
import { OutageLog } from './outage-log.js';
import { AppPool, DatabaseLogins, RelayPool } from './pools.js';

@Global()
@Module({})
export class DatabaseModule {
  static with(logins: DatabaseLogins): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [{ provide: DatabaseLogins, useValue: logins }, AppPool, RelayPool, Database, OutageLog],
      exports: [Database, DatabaseLogins, RelayPool, OutageLog],
    };
  }
}
