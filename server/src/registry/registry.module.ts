import { Module } from '@nestjs/common';
import { RegistryController } from './registry.controller.js';
import { RegistryService } from './registry.service.js';

/** Open sockets over HTTP. */
@Module({
  controllers: [RegistryController],
  providers: [RegistryService],
})
export class RegistryModule {}
