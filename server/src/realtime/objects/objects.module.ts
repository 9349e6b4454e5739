import { Module } from '@nestjs/common';
import { BusModule } from '../bus/bus.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { HubModule } from '../hub/hub.module.js';
import { ObjectPresence } from './object-presence.js';

/** Which users are at a patient or an appointment. */
@Module({
  imports: [BusModule, ConnectionsModule, HubModule],
  providers: [ObjectPresence],
  exports: [ObjectPresence],
})
export class ObjectsModule {}
