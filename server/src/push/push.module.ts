import { Module } from '@nestjs/common';
import { MetricsModule } from '../platform/metrics/metrics.module.js';
import { NetModule } from '../platform/net/net.module.js';
import { PushController } from './push.controller.js';
import { PushService } from './push.service.js';
import { PushKeys } from './push-keys.js';
import { PushSender } from './push-sender.js';

/** Web Push: messages to browsers that sleep. */
@Module({
  imports: [MetricsModule, NetModule],
  controllers: [PushController],
  providers: [PushKeys, PushService, PushSender],
})
export class PushModule {}
