import { Controller } from '@nestjs/common';
import { type Appointment, api, viewObject, viewOf } from '@wardbell/contract';
import { Database } from '../database/database.service.js';
import type { Principal } from '../database/principal.js';
import type { Call } from '../http/call.js';
import { Endpoint } from '../http/endpoint.js';
import { tenantOf } from '../http/tenant-of.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { AppointmentsList } from './appointments.list.js';
import { AppointmentsService } from './appointments.service.js';

const routes = api.appointments;

@Controller()
export class AppointmentsController {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly appointments: AppointmentsService,
    private readonly appointmentsList: AppointmentsList,
  ) {}

  @Endpoint(routes.list)
  async list({ principal, query }: Call<typeof routes.list>): Promise<object> {
    const page = await this.database.inTenant(principal, tenantOf(principal), (tx) =>
      this.appointmentsList.page(tx, query),
    );
    return { ...page, data: page.data.map((row) => shaped(principal, row)) };
  }

  @Endpoint(routes.get)
  async get({ principal, id }: Call<typeof routes.get>): Promise<object> {
    const appointment = await this.database.inTenant(principal, tenantOf(principal), (tx) =>
      this.appointments.get(tx, id),
    );
    return shaped(principal, appointment);
  }

  @Endpoint(routes.create)
  create(call: Call<typeof routes.create>): Promise<object> {
    return this.database.inTenant(call.principal, tenantOf(call.principal), (tx) =>
      this.idempotency.once(tx, call, async () =>
        shaped(call.principal, await this.appointments.create(tx, call.body)),
      ),
    );
  }

  @Endpoint(routes.update)
  async update({ principal, id, body, ifMatch }: Call<typeof routes.update>): Promise<object> {
    const appointment = await this.database.inTenant(principal, tenantOf(principal), (tx) =>
      this.appointments.update(tx, id, body, ifMatch),
    );
    return shaped(principal, appointment);
  }

  @Endpoint(routes.setStatus)
  setStatus(call: Call<typeof routes.setStatus>): Promise<object> {
    const { principal, id, body, ifMatch } = call;
    return this.database.inTenant(principal, tenantOf(principal), (tx) =>
      this.idempotency.once(tx, call, async () =>
        shaped(principal, await this.appointments.setStatus(tx, id, body, ifMatch)),
      ),
    );
  }

  @Endpoint(routes.remove)
  remove({ principal, id, ifMatch }: Call<typeof routes.remove>): Promise<void> {
    return this.database.inTenant(principal, tenantOf(principal), (tx) =>
      this.appointments.remove(tx, id, ifMatch),
    );
  }
}

const shaped = (principal: Principal, appointment: Appointment): object =>
  viewObject('appointment', appointment, viewOf(principal.role));
