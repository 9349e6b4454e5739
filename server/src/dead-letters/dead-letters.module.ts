import { Module } from '@nestjs/common';
import { PublishingModule } from '../publishing/publishing.module.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { DeadLettersService } from './dead-letters.service.js';

/** Events that could not be delivered or published. */
@Module({
  imports: [PublishingModule],
  controllers: [DeadLettersController],
  providers: [DeadLettersService],
})
export class DeadLettersModule {}
