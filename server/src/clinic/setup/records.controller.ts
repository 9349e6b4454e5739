import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { APPOINTMENT_TYPE, PRACTITIONER, ROOM } from './record-kind.js';
import { RecordsService } from './records.service.js';

/** Practitioners, rooms and types of appointments. */
@Controller()
export class RecordsController {
  constructor(private readonly records: RecordsService) {}

  @Endpoint(api.practitioners.list)
  listPractitioners({ tx, query }: Call<typeof api.practitioners.list>): Promise<object> {
    return this.records.page(tx, PRACTITIONER, query);
  }

  @Endpoint(api.practitioners.get)
  getPractitioner({ tx, id }: Call<typeof api.practitioners.get>): Promise<object> {
    return this.records.get(tx, PRACTITIONER, id);
  }

  @Endpoint(api.practitioners.create)
  createPractitioner({ tx, body }: Call<typeof api.practitioners.create>): Promise<object> {
    return this.records.create(tx, PRACTITIONER, body);
  }

  @Endpoint(api.practitioners.update)
  updatePractitioner({ tx, id, body, ifMatch }: Call<typeof api.practitioners.update>): Promise<object> {
    return this.records.update(tx, PRACTITIONER, id, body, ifMatch);
  }

  @Endpoint(api.practitioners.remove)
  removePractitioner({ tx, id, ifMatch }: Call<typeof api.practitioners.remove>): Promise<void> {
    return this.records.remove(tx, PRACTITIONER, id, ifMatch);
  }

  @Endpoint(api.rooms.list)
  listRooms({ tx, query }: Call<typeof api.rooms.list>): Promise<object> {
    return this.records.page(tx, ROOM, query);
  }

  @Endpoint(api.rooms.get)
  getRoom({ tx, id }: Call<typeof api.rooms.get>): Promise<object> {
    return this.records.get(tx, ROOM, id);
  }

  @Endpoint(api.rooms.create)
  createRoom({ tx, body }: Call<typeof api.rooms.create>): Promise<object> {
    return this.records.create(tx, ROOM, body);
  }

  @Endpoint(api.rooms.update)
  updateRoom({ tx, id, body, ifMatch }: Call<typeof api.rooms.update>): Promise<object> {
    return this.records.update(tx, ROOM, id, body, ifMatch);
  }

  @Endpoint(api.rooms.remove)
  removeRoom({ tx, id, ifMatch }: Call<typeof api.rooms.remove>): Promise<void> {
    return this.records.remove(tx, ROOM, id, ifMatch);
  }

  @Endpoint(api.appointmentTypes.list)
  listTypes({ tx, query }: Call<typeof api.appointmentTypes.list>): Promise<object> {
    return this.records.page(tx, APPOINTMENT_TYPE, query);
  }

  @Endpoint(api.appointmentTypes.get)
  getType({ tx, id }: Call<typeof api.appointmentTypes.get>): Promise<object> {
    return this.records.get(tx, APPOINTMENT_TYPE, id);
  }

  @Endpoint(api.appointmentTypes.create)
  createType({ tx, body }: Call<typeof api.appointmentTypes.create>): Promise<object> {
    return this.records.create(tx, APPOINTMENT_TYPE, body);
  }

  @Endpoint(api.appointmentTypes.update)
  updateType({ tx, id, body, ifMatch }: Call<typeof api.appointmentTypes.update>): Promise<object> {
    return this.records.update(tx, APPOINTMENT_TYPE, id, body, ifMatch);
  }

  @Endpoint(api.appointmentTypes.remove)
  removeType({ tx, id, ifMatch }: Call<typeof api.appointmentTypes.remove>): Promise<void> {
    return this.records.remove(tx, APPOINTMENT_TYPE, id, ifMatch);
  }
}
