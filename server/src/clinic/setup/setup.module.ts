import { Module } from '@nestjs/common';
import { AbsencesService } from './absences.service.js';
import { AppointmentLinking } from './appointment-linking.js';
import { ClinicSettingsService } from './clinic-settings.service.js';
import { OfficeHoursService } from './office-hours.service.js';
import { RecordsController } from './records.controller.js';
import { RecordsService } from './records.service.js';
import { SetupController } from './setup.controller.js';

/** What a clinic books with. */
@Module({
  controllers: [RecordsController, SetupController],
  providers: [RecordsService, AbsencesService, OfficeHoursService, ClinicSettingsService, AppointmentLinking],
})
export class SetupModule {}
