import { Module } from '@nestjs/common';
import { BusModule } from '../bus/bus.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { GatewayModule } from '../gateway/gateway.module.js';
import { HubModule } from '../hub/hub.module.js';
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
