import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import type { DatabaseLogins } from './database/pools.js';
import { FeaturesModule } from './features.module.js';
import { GatewayModule } from './gateway/gateway.module.js';
import { HealthModule } from './health/health.module.js';
import type { Log } from './log/log.js';
import { LogModule } from './log/log.module.js';
import { MaintenanceModule } from './maintenance/maintenance.module.js';
import { SystemModule } from './system/system.module.js';

/** The whole server. */
@Module({})
export class AppModule {
  static with(config: Config, urls: DatabaseLogins, log: Log): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        LogModule.with(log),
        DatabaseModule.with(urls),
        FeaturesModule,
        GatewayModule,
        HealthModule,
        MaintenanceModule,
        SystemModule,
      ],
    };
  }
}
