import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { HubModule } from '../hub/hub.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { ConnectRate } from './connect-rate.js';
import { Drain } from './drain.js';
import { Gateway } from './gateway.js';
import { Messages } from './messages.js';
import { TenantRates } from './tenant-rate.js';
import { Wheel } from './wheel.js';

@Module({
  imports: [AuthModule, ConnectionsModule, HubModule, MetricsModule],
  providers: [Gateway, ConnectRate, TenantRates, Messages, Wheel, Drain],
  exports: [Drain],
})
export class GatewayModule {}
