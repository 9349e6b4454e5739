import { Module } from '@nestjs/common';
import { BusModule } from '../bus/bus.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { HealthModule } from '../health/health.module.js';
import { HubModule } from '../hub/hub.module.js';
import { SelfReport } from './self-report.js';
import { SystemController } from './system.controller.js';
import { SystemService } from './system.service.js';
import { SystemEvents } from './system-events.js';

@Module({
  imports: [HealthModule, HubModule, BusModule, ConnectionsModule],
  controllers: [SystemController],
  providers: [SystemEvents, SelfReport, SystemService],
})
export class SystemModule {}
