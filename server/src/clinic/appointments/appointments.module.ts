import { Module } from '@nestjs/common';
import { AppointmentsController } from './appointments.controller.js';
import { AppointmentsExport } from './appointments.export.js';
import { AppointmentsList } from './appointments.list.js';
import { AppointmentsService } from './appointments.service.js';
import { WaitingBoardController } from './waiting-board.controller.js';

@Module({
  controllers: [AppointmentsController, WaitingBoardController],
  providers: [AppointmentsService, AppointmentsList, AppointmentsExport],
  exports: [AppointmentsService],
})
export class AppointmentsModule {}
