import { Module } from '@nestjs/common';
import { AppointmentsModule } from '../clinic/appointments/appointments.module.js';
import { PatientsModule } from '../clinic/patients/patients.module.js';
import { ClinicDay } from './clinic-day.js';
import { DemoTraffic } from './traffic.js';

@Module({
  imports: [PatientsModule, AppointmentsModule],
  providers: [ClinicDay, DemoTraffic],
})
export class DemoModule {}
