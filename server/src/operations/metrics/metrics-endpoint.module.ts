import { Module } from '@nestjs/common';
import { MetricsModule } from '../../platform/metrics/metrics.module.js';
import { MetricsController } from './metrics.controller.js';
import { RequestDurations } from './request-durations.js';

/** `GET /metrics` and the duration of HTTP requests. */
@Module({ imports: [MetricsModule], controllers: [MetricsController], providers: [RequestDurations] })
export class MetricsEndpointModule {}
