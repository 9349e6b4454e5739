import { Module } from '@nestjs/common';
import { MetricsModule } from '../../platform/metrics/metrics.module.js';
import { BusModule } from '../bus/bus.module.js';
import { HubModule } from '../hub/hub.module.js';
import { Admission } from './admission.js';
import { ConnectionsController } from './connections.controller.js';
import { ConnectionsService } from './connections.service.js';
import { DeliveryRecorder } from './delivery-recorder.js';
import { Instance } from './instance.js';
import { LagReporter } from './lag-reporter.js';
import { LocalSessions } from './local-sessions.js';
import { Usage } from './usage.js';

@Module({
  imports: [BusModule, HubModule, MetricsModule],
  controllers: [ConnectionsController],
  providers: [ConnectionsService, Instance, Admission, LocalSessions, LagReporter, Usage, DeliveryRecorder],
  exports: [Instance, Admission, LocalSessions, Usage, DeliveryRecorder],
})
export class ConnectionsModule {}
