import { Module } from '@nestjs/common';
import { BusModule } from '../bus/bus.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { Admission } from './admission.js';
import { Instance } from './instance.js';
import { Registry } from './registry.js';
import { Usage } from './usage.js';

@Module({
  imports: [BusModule, MetricsModule],
  providers: [Instance, Admission, Registry, Usage],
  exports: [Instance, Admission, Registry, Usage],
})
export class ConnectionsModule {}
