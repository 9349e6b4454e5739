import { Module } from '@nestjs/common';
import { BusModule } from '../bus/bus.module.js';
import { HubModule } from '../hub/hub.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { Admission } from './admission.js';
import { Instance } from './instance.js';
import { Observer } from './observer.js';
import { Registry } from './registry.js';
import { Usage } from './usage.js';

@Module({
  imports: [BusModule, HubModule, MetricsModule],
  providers: [Instance, Admission, Registry, Observer, Usage],
  exports: [Instance, Admission, Registry, Usage],
})
export class ConnectionsModule {}
