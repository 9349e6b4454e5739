import { Module } from '@nestjs/common';
import { MetricsModule } from '../platform/metrics/metrics.module.js';
import { NetModule } from '../platform/net/net.module.js';
import { OutboxModule } from '../realtime/outbox/outbox.module.js';
import { Dispatcher } from './dispatcher.js';
import { WebhookStore } from './webhook-store.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksService } from './webhooks.service.js';

/** Events of a tenant, sent to endpoints over HTTP. */
@Module({
  imports: [MetricsModule, NetModule, OutboxModule],
  controllers: [WebhooksController],
  providers: [WebhooksService, WebhookStore, Dispatcher],
})
export class WebhooksModule {}
