import { type DynamicModule, Module } from '@nestjs/common';
import { DatabaseModule } from './database/database.module.js';
import type { DatabaseLogins } from './database/pools.js';
import { FeaturesModule } from './features.module.js';
import { HealthModule } from './operations/health/health.module.js';
import { MaintenanceModule } from './operations/maintenance/maintenance.module.js';
import { MetricsEndpointModule } from './operations/metrics/metrics-endpoint.module.js';
import { SystemModule } from './operations/system/system.module.js';
import type { Config } from './platform/config/config.js';
import { ConfigModule } from './platform/config/config.module.js';
import type { Log } from './platform/log/log.js';
import { LogModule } from './platform/log/log.module.js';
import { GatewayModule } from './realtime/gateway/gateway.module.js';
import { PresenceModule } from './realtime/presence/presence.module.js';
import { StreamModule } from './realtime/stream/stream.module.js';

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
        StreamModule,
        PresenceModule,
        HealthModule,
        MaintenanceModule,
        MetricsEndpointModule,
        SystemModule,
      ],
    };
  }
}
