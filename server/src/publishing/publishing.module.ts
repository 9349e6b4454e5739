import { Module } from '@nestjs/common';
import { PublishController } from './publish.controller.js';
import { PublishService } from './publish.service.js';
import { EventTypesController } from './schemas/event-types.controller.js';
import { EventTypesService } from './schemas/event-types.service.js';
import { SchemaGuard } from './schemas/schema-guard.js';

/** How events come in from outside, and what tenants say of their types. */
@Module({
  controllers: [PublishController, EventTypesController],
  providers: [PublishService, SchemaGuard, EventTypesService],
  exports: [PublishService],
})
export class PublishingModule {}
