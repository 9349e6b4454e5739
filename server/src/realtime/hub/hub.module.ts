import { Module } from '@nestjs/common';
import { MetricsModule } from '../../platform/metrics/metrics.module.js';
import { BusModule } from '../bus/bus.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { Hub } from './hub.js';
import { Sweep } from './sweep.js';

@Module({ imports: [OutboxModule, BusModule, MetricsModule], providers: [Hub, Sweep], exports: [Hub, Sweep] })
export class HubModule {}
