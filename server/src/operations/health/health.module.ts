import { Module } from '@nestjs/common';
import { BusModule } from '../../realtime/bus/bus.module.js';
import { ConnectionsModule } from '../../realtime/connections/connections.module.js';
import { GatewayModule } from '../../realtime/gateway/gateway.module.js';
import { HubModule } from '../../realtime/hub/hub.module.js';
import { HealthController } from './health.controller.js';
import { Health } from './health.service.js';
import { WriteProbe } from './write-probe.js';

@Module({
  imports: [HubModule, BusModule, ConnectionsModule, GatewayModule],
  controllers: [HealthController],
  providers: [Health, WriteProbe],
  exports: [Health],
})
export class HealthModule {}
