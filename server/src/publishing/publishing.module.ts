import { Module } from '@nestjs/common';
import { MetricsModule } from '../platform/metrics/metrics.module.js';
import { DaprSubscriber } from './dapr/dapr-subscriber.js';
import { PublishController } from './publish.controller.js';
import { PublishService } from './publish.service.js';
import { EventTypesController } from './schemas/event-types.controller.js';
import { EventTypesService } from './schemas/event-types.service.js';
import { SchemaGuard } from './schemas/schema-guard.js';

/** How events come in from outside, and what tenants say of their types. */
@Module({
  imports: [MetricsModule],
  controllers: [PublishController, EventTypesController],
  providers: [PublishService, SchemaGuard, EventTypesService, DaprSubscriber],
  exports: [PublishService, DaprSubscriber],
})
export class PublishingModule {}
