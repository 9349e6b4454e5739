import { Module } from '@nestjs/common';
import { ApiModule } from './api/api.module.js';
import { AppointmentsModule } from './clinic/appointments/appointments.module.js';
import { GatewaysModule } from './clinic/gateways/gateways.module.js';
import { PatientsModule } from './clinic/patients/patients.module.js';
import { SetupModule } from './clinic/setup/setup.module.js';
import { DeadLettersModule } from './dead-letters/dead-letters.module.js';
import { DemoModule } from './demo/demo.module.js';
import { AuthModule } from './identity/auth/auth.module.js';
import { UsersModule } from './identity/users/users.module.js';
import { NoticesModule } from './notices/notices.module.js';
import { AuditModule } from './operations/audit/audit.module.js';
import { EventsModule } from './operations/events/events.module.js';
import { PublishingModule } from './publishing/publishing.module.js';
import { PushModule } from './push/push.module.js';
import { TenantsModule } from './tenancy/tenants/tenants.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/** The modules of all API features, as one import of the application. */
@Module({
  imports: [
    ApiModule,
    AuthModule,
    TenantsModule,
    UsersModule,
    PatientsModule,
    AppointmentsModule,
    SetupModule,
    NoticesModule,
    GatewaysModule,
    EventsModule,
    PublishingModule,
    PushModule,
    WebhooksModule,
    DeadLettersModule,
    AuditModule,
    DemoModule,
  ],
})
export class FeaturesModule {}
