import { Module } from '@nestjs/common';
import { AppointmentsModule } from './appointments/appointments.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { DemoModule } from './demo/demo.module.js';
import { EventsModule } from './events/events.module.js';
import { HttpModule } from './http/http.module.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { PatientsModule } from './patients/patients.module.js';
import { RegistryModule } from './registry/registry.module.js';
import { TenantsModule } from './tenants/tenants.module.js';
import { UsersModule } from './users/users.module.js';

/** What the API offers, in one import for the application. */
@Module({
  imports: [
    HttpModule,
    AuthModule,
    TenantsModule,
    UsersModule,
    PatientsModule,
    AppointmentsModule,
    NotificationsModule,
    EventsModule,
    RegistryModule,
    AuditModule,
    DemoModule,
  ],
})
export class FeaturesModule {}
