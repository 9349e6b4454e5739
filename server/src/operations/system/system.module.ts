import { Module } from '@nestjs/common';
import { MetricsModule } from '../../platform/metrics/metrics.module.js';
import { BusModule } from '../../realtime/bus/bus.module.js';
import { ConnectionsModule } from '../../realtime/connections/connections.module.js';
import { GatewayModule } from '../../realtime/gateway/gateway.module.js';
import { HubModule } from '../../realtime/hub/hub.module.js';
import { HealthModule } from '../health/health.module.js';
import { SelfReport } from './self-report.js';
import { SystemController } from './system.controller.js';
import { SystemService } from './system.service.js';
import { SystemEvents } from './system-events.js';
import { SystemHistoryService } from './system-history.js';
import { SystemLog } from './system-log.js';

@Module({
  imports: [MetricsModule, HealthModule, HubModule, BusModule, ConnectionsModule, GatewayModule],
  controllers: [SystemController],
  providers: [SystemEvents, SystemLog, SystemHistoryService, SelfReport, SystemService],
})
export class SystemModule {}
