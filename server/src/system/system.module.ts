import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { HealthModule } from '../health/health.module.js';
import { HubModule } from '../hub/hub.module.js';
import { SystemEvents } from './system-events.js';

@Module({ imports: [HealthModule, HubModule, ConnectionsModule], providers: [SystemEvents] })
export class SystemModule {}
