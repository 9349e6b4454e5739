import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { GatewayModule } from '../gateway/gateway.module.js';
import { HubModule } from '../hub/hub.module.js';
import { EventStreams } from './event-streams.js';
import { LongPolls } from './long-polls.js';
import { StreamController } from './stream.controller.js';
import { Tickets } from './tickets.js';

/** The stream over plain HTTP: server-sent events and long polls. */
@Module({
  imports: [ConnectionsModule, GatewayModule, HubModule],
  controllers: [StreamController],
  providers: [EventStreams, LongPolls, Tickets],
})
export class StreamModule {}
