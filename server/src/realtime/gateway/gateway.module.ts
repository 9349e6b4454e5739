import { Module } from '@nestjs/common';
import { AuthModule } from '../../identity/auth/auth.module.js';
import { MetricsModule } from '../../platform/metrics/metrics.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { HubModule } from '../hub/hub.module.js';
import { ObjectsModule } from '../objects/objects.module.js';
import { Clients } from './clients.js';
import { ConnectRate } from './connect-rate.js';
import { DeadlineWheel } from './deadline-wheel.js';
import { Drain } from './drain.js';
import { Gateway } from './gateway.js';
import { Messages } from './messages.js';
import { TenantRates } from './tenant-rate.js';
import { WebSocketUpgrade } from './upgrade.js';

@Module({
  imports: [AuthModule, ConnectionsModule, HubModule, MetricsModule, ObjectsModule],
  providers: [WebSocketUpgrade, Gateway, Clients, ConnectRate, TenantRates, Messages, DeadlineWheel, Drain],
  exports: [Clients, ConnectRate, Drain],
})
export class GatewayModule {}
