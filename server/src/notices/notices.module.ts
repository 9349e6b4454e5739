import { Module } from '@nestjs/common';
import { MetricsModule } from '../platform/metrics/metrics.module.js';
import { HubModule } from '../realtime/hub/hub.module.js';
import { Acknowledgements } from './acknowledgements.js';
import { NoticeDeliveries } from './deliveries.js';
import { EscalationRunner } from './escalation.js';
import { InboxController } from './inbox.controller.js';
import { InboxService } from './inbox.service.js';
import { NoticesController } from './notices.controller.js';
import { NoticesService } from './notices.service.js';
import { PoliciesController } from './policies.controller.js';
import { PoliciesService } from './policies.service.js';
import { PreferencesService } from './preferences.service.js';
import { ProgressService } from './progress.service.js';
import { ProgressFeed } from './progress-feed.js';
import { StatsService } from './stats.service.js';

/** Notices: inbox, acknowledgement and escalation. */
@Module({
  imports: [HubModule, MetricsModule],
  controllers: [InboxController, NoticesController, PoliciesController],
  providers: [
    NoticesService,
    InboxService,
    Acknowledgements,
    EscalationRunner,
    ProgressService,
    ProgressFeed,
    NoticeDeliveries,
    PoliciesService,
    PreferencesService,
    StatsService,
  ],
})
export class NoticesModule {}
