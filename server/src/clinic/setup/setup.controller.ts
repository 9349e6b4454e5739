import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { AbsencesService } from './absences.service.js';
import { ClinicSettingsService } from './clinic-settings.service.js';
import { readFirstSteps } from './first-steps.js';
import { OfficeHoursService } from './office-hours.service.js';

/** Absences, office hours and rules of a clinic. */
@Controller()
export class SetupController {
  constructor(
    private readonly absences: AbsencesService,
    private readonly officeHours: OfficeHoursService,
    private readonly settings: ClinicSettingsService,
  ) {}

  @Endpoint(api.firstSteps.get)
  firstSteps({ tx }: Call<typeof api.firstSteps.get>): Promise<object> {
    return readFirstSteps(tx);
  }

  @Endpoint(api.absences.list)
  listAbsences({ tx, query }: Call<typeof api.absences.list>): Promise<object> {
    return this.absences.page(tx, query);
  }

  @Endpoint(api.absences.get)
  getAbsence({ tx, id }: Call<typeof api.absences.get>): Promise<object> {
    return this.absences.get(tx, id);
  }

  @Endpoint(api.absences.create)
  createAbsence({ tx, body }: Call<typeof api.absences.create>): Promise<object> {
    return this.absences.create(tx, body);
  }

  @Endpoint(api.absences.update)
  updateAbsence({ tx, id, body, ifMatch }: Call<typeof api.absences.update>): Promise<object> {
    return this.absences.update(tx, id, body, ifMatch);
  }

  @Endpoint(api.absences.remove)
  removeAbsence({ tx, id, ifMatch }: Call<typeof api.absences.remove>): Promise<void> {
    return this.absences.remove(tx, id, ifMatch);
  }

  @Endpoint(api.officeHours.get)
  getOfficeHours({ tx }: Call<typeof api.officeHours.get>): Promise<object> {
    return this.officeHours.get(tx);
  }

  @Endpoint(api.officeHours.put)
  putOfficeHours({ tx, body, ifMatch }: Call<typeof api.officeHours.put>): Promise<object> {
    return this.officeHours.put(tx, body, ifMatch);
  }

  @Endpoint(api.clinicSettings.get)
  getSettings({ tx }: Call<typeof api.clinicSettings.get>): Promise<object> {
    return this.settings.get(tx);
  }

  @Endpoint(api.clinicSettings.update)
  updateSettings({ tx, body, ifMatch }: Call<typeof api.clinicSettings.update>): Promise<object> {
    return this.settings.update(tx, body, ifMatch);
  }
}
