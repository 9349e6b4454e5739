import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Database, DatabaseUrls } from './database.service.js';
import { RelayPool } from './relay-pool.js';

@Global()
@Module({})
export class DatabaseModule {
  static with(urls: DatabaseUrls): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [{ provide: DatabaseUrls, useValue: urls }, Database, RelayPool],
      exports: [Database, DatabaseUrls, RelayPool],
    };
  }
}
