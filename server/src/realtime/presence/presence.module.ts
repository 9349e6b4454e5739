import { Module } from '@nestjs/common';
import { BusModule } from '../bus/bus.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { HubModule } from '../hub/hub.module.js';
import { PresenceController } from './presence.controller.js';
import { Presence } from './presence.js';

/** Which users of a tenant are online. */
@Module({
  imports: [BusModule, ConnectionsModule, HubModule],
  controllers: [PresenceController],
  providers: [Presence],
})
export class PresenceModule {}
