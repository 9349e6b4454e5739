import { Controller } from '@nestjs/common';
import { api, type Patient } from '@wardbell/contract';
import type { BareCall, Call } from '../../api/endpoint/call.js';
import { BareEndpoint, Endpoint } from '../../api/endpoint/endpoint.js';
import { SnapshotExports } from '../../api/exports/snapshot-exports.js';
import { DeletedPatients } from './deleted-patients.js';
import { MergedPatients } from './merged-patients.js';
import { PatientPurge } from './patient-purge.js';
import { PatientsExport } from './patients.export.js';
import { PatientsList } from './patients.list.js';
import { PatientsService } from './patients.service.js';

const routes = api.patients;

@Controller()
export class PatientsController {
  constructor(
    private readonly patients: PatientsService,
    private readonly patientsList: PatientsList,
    private readonly deleted: DeletedPatients,
    private readonly merged: MergedPatients,
    private readonly purges: PatientPurge,
    private readonly patientsExport: PatientsExport,
    private readonly exports: SnapshotExports,
  ) {}

  @Endpoint(routes.list)
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.patientsList.page(tx, query);
  }

  @Endpoint(routes.duplicates)
  async duplicates({ tx, body }: Call<typeof routes.duplicates>): Promise<object> {
    return { data: await this.patientsList.duplicates(tx, body) };
  }

  @BareEndpoint(routes.export)
  export({ principal, body, reply }: BareCall<typeof routes.export>): Promise<unknown> {
    return this.exports.send(principal, reply, this.patientsExport.source(principal, body));
  }

  @Endpoint(routes.get)
  get({ tx, id }: Call<typeof routes.get>): Promise<Patient> {
    return this.patients.get(tx, id);
  }

  @Endpoint(routes.create)
  create({ tx, body }: Call<typeof routes.create>): Promise<Patient> {
    return this.patients.create(tx, body);
  }

  @Endpoint(routes.update)
  update({ tx, id, body, ifMatch }: Call<typeof routes.update>): Promise<Patient> {
    return this.patients.update(tx, id, body, ifMatch);
  }

  @Endpoint(routes.remove)
  remove({ tx, id, ifMatch }: Call<typeof routes.remove>): Promise<void> {
    return this.deleted.remove(tx, id, ifMatch);
  }

  @Endpoint(routes.merge)
  merge({ tx, id, body }: Call<typeof routes.merge>): Promise<Patient> {
    return this.merged.merge(tx, id, body);
  }

  @Endpoint(routes.restore)
  restore({ tx, id }: Call<typeof routes.restore>): Promise<Patient> {
    return this.deleted.restore(tx, id);
  }

  @BareEndpoint(routes.purge)
  purge({ principal, id }: BareCall<typeof routes.purge>): Promise<void> {
    return this.purges.purge(principal, id);
  }
}
