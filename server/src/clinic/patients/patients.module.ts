import { Module } from '@nestjs/common';
import { BreakGlassController } from './break-glass.controller.js';
import { BreakGlassService } from './break-glass.service.js';
import { DeletedPatients } from './deleted-patients.js';
import { ImportController } from './import.controller.js';
import { MergedPatients } from './merged-patients.js';
import { PatientImports } from './patient-import.js';
import { PatientPurge } from './patient-purge.js';
import { PatientsController } from './patients.controller.js';
import { PatientsExport } from './patients.export.js';
import { PatientsList } from './patients.list.js';
import { PatientsService } from './patients.service.js';

@Module({
  controllers: [PatientsController, ImportController, BreakGlassController],
  providers: [
    PatientsService,
    PatientsList,
    PatientsExport,
    DeletedPatients,
    PatientImports,
    MergedPatients,
    PatientPurge,
    BreakGlassService,
  ],
  exports: [PatientsService],
})
export class PatientsModule {}
