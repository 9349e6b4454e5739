import { Controller } from '@nestjs/common';
import { type Appointment, api } from '@wardbell/contract';
import type { BareCall, Call } from '../../api/endpoint/call.js';
import { BareEndpoint, Endpoint } from '../../api/endpoint/endpoint.js';
import { SnapshotExports } from '../../api/exports/snapshot-exports.js';
import { AppointmentsExport } from './appointments.export.js';
import { AppointmentsList } from './appointments.list.js';
import { AppointmentsService } from './appointments.service.js';
import { findFreeSlots } from './free-slots.js';

const routes = api.appointments;

@Controller()
export class AppointmentsController {
  constructor(
    private readonly appointments: AppointmentsService,
    private readonly appointmentsList: AppointmentsList,
    private readonly appointmentsExport: AppointmentsExport,
    private readonly exports: SnapshotExports,
  ) {}

  @Endpoint(routes.list)
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.appointmentsList.page(tx, query);
  }

  @BareEndpoint(routes.export)
  async export({ principal, query, reply }: BareCall<typeof routes.export>): Promise<unknown> {
    return this.exports.send(principal, reply, this.appointmentsExport.source(principal, query));
  }

  @Endpoint(routes.get)
  get({ tx, id }: Call<typeof routes.get>): Promise<Appointment> {
    return this.appointments.get(tx, id);
  }

  @Endpoint(routes.create)
  create({ tx, body }: Call<typeof routes.create>): Promise<Appointment> {
    return this.appointments.create(tx, body);
  }

  @Endpoint(routes.update)
  update({ tx, id, body, ifMatch }: Call<typeof routes.update>): Promise<Appointment> {
    return this.appointments.update(tx, id, body, ifMatch);
  }

  @Endpoint(routes.conflicts)
  conflicts({ tx, body }: Call<typeof routes.conflicts>): Promise<object> {
    return this.appointments.check(tx, body);
  }

  @Endpoint(routes.freeSlots)
  freeSlots({ tx, body }: Call<typeof routes.freeSlots>): Promise<object> {
    return findFreeSlots(tx, body);
  }

  @Endpoint(routes.setStatus)
  setStatus({ tx, id, body, ifMatch }: Call<typeof routes.setStatus>): Promise<Appointment> {
    return this.appointments.setStatus(tx, id, body, ifMatch);
  }

  @Endpoint(routes.remove)
  remove({ tx, id, ifMatch }: Call<typeof routes.remove>): Promise<void> {
    return this.appointments.remove(tx, id, ifMatch);
  }
}
