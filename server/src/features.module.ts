import { Module } from '@nestjs/common';
import { AppointmentsModule } from './appointments/appointments.module.js';
import { AuthModule } from './auth/auth.module.js';
import { HttpModule } from './http/http.module.js';
import { PatientsModule } from './patients/patients.module.js';

/** What the API offers, in one import for the application. */
@Module({
  imports: [HttpModule, AuthModule, PatientsModule, AppointmentsModule],
})
export class FeaturesModule {}
