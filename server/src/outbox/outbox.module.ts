import { Module } from '@nestjs/common';
import { MetricsModule } from '../metrics/metrics.module.js';
import { LogReader } from './log-reader.js';
import { Retention } from './retention.js';

@Module({ imports: [MetricsModule], providers: [LogReader, Retention], exports: [LogReader] })
export class OutboxModule {}
