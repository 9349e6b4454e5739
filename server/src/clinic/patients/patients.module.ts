import { Module } from '@nestjs/common';
import { DeletedPatients } from './deleted-patients.js';
import { PatientPurge } from './patient-purge.js';
import { PatientsController } from './patients.controller.js';
import { PatientsList } from './patients.list.js';
import { PatientsService } from './patients.service.js';

@Module({
  controllers: [PatientsController],
  providers: [PatientsService, PatientsList, DeletedPatients, PatientPurge],
  exports: [PatientsService],
})
export class PatientsModule {}
