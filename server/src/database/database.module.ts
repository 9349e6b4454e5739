import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Database, DatabaseLogins } from './database.service.js';
import { OutageLog } from './outage-log.js';
import { RelayPool } from './relay-pool.js';

@Global()
@Module({})
export class DatabaseModule {
  static with(urls: DatabaseLogins): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [{ provide: DatabaseLogins, useValue: urls }, Database, RelayPool, OutageLog],
      exports: [Database, DatabaseLogins, RelayPool, OutageLog],
    };
  }
}
