import { Module } from '@nestjs/common';
import { MetricsModule } from '../../platform/metrics/metrics.module.js';
import { LogReader } from './log-reader.js';

@Module({ imports: [MetricsModule], providers: [LogReader], exports: [LogReader] })
export class OutboxModule {}
