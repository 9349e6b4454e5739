import { Controller } from '@nestjs/common';
import { api, type Patient, viewObject, viewOf } from '@wardbell/contract';
import { Database } from '../database/database.service.js';
import type { Principal } from '../database/principal.js';
import type { Call } from '../http/call.js';
import { Endpoint } from '../http/endpoint.js';
import { tenantOf } from '../http/tenant-of.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { PatientsList } from './patients.list.js';
import { PatientsService } from './patients.service.js';

const routes = api.patients;

@Controller()
export class PatientsController {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly patients: PatientsService,
    private readonly patientsList: PatientsList,
  ) {}

  @Endpoint(routes.list)
  async list({ principal, query }: Call<typeof routes.list>): Promise<object> {
    const page = await this.database.inTenant(principal, tenantOf(principal), (tx) =>
      this.patientsList.page(tx, query),
    );
    return { ...page, data: page.data.map((patient) => shaped(principal, patient)) };
  }

  @Endpoint(routes.get)
  async get({ principal, id }: Call<typeof routes.get>): Promise<object> {
    const patient = await this.database.inTenant(principal, tenantOf(principal), (tx) =>
      this.patients.get(tx, id),
    );
    return shaped(principal, patient);
  }

  @Endpoint(routes.create)
  create(call: Call<typeof routes.create>): Promise<object> {
    return this.database.inTenant(call.principal, tenantOf(call.principal), (tx) =>
      this.idempotency.once(tx, call, async () =>
        shaped(call.principal, await this.patients.create(tx, call.body)),
      ),
    );
  }

  @Endpoint(routes.update)
  async update({ principal, id, body, ifMatch }: Call<typeof routes.update>): Promise<object> {
    const patient = await this.database.inTenant(principal, tenantOf(principal), (tx) =>
      this.patients.update(tx, id, body, ifMatch),
    );
    return shaped(principal, patient);
  }

  @Endpoint(routes.remove)
  remove({ principal, id, ifMatch }: Call<typeof routes.remove>): Promise<void> {
    return this.database.inTenant(principal, tenantOf(principal), (tx) =>
      this.patients.remove(tx, id, ifMatch),
    );
  }
}

const shaped = (principal: Principal, patient: Patient): object =>
  viewObject('patient', patient, viewOf(principal.role));
