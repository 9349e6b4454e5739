import { Module } from '@nestjs/common';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.js';
import { RequestDurations } from './request-durations.js';

@Module({ controllers: [MetricsController], providers: [Metrics, RequestDurations], exports: [Metrics] })
export class MetricsModule {}
