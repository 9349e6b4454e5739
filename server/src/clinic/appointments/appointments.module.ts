import { Module } from '@nestjs/common';
import { AppointmentsController } from './appointments.controller.js';
import { AppointmentsList } from './appointments.list.js';
import { AppointmentsService } from './appointments.service.js';

@Module({
  controllers: [AppointmentsController],
  providers: [AppointmentsService, AppointmentsList],
  exports: [AppointmentsService],
})
export class AppointmentsModule {}
