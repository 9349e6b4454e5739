import { Module } from '@nestjs/common';
import { DeliveryService } from './delivery.service.js';
import { EventsController } from './events.controller.js';
import { EventsService } from './events.service.js';

@Module({
  controllers: [EventsController],
  providers: [EventsService, DeliveryService],
})
export class EventsModule {}
