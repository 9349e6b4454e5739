import { Injectable } from '@nestjs/common';
import {
  type Appointment,
  type AppointmentCreate,
  type AppointmentStatusChange,
  type AppointmentUpdate,
} from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { SQLSTATE, sqlState } from '../../platform/errors/sqlstate.js';
import { type Change, changeOf, checkMove, type Locked } from './appointment-change.js';
import { APPOINTMENT_COLUMNS, type AppointmentRow, toAppointment } from './appointment-row.js';
import type { StatusStep } from './status-steps.js';

/** Appointments of one tenant. Every write emits its event and its audit row in the same transaction. */
@Injectable()
export class AppointmentsService {
  async get(tx: Tx, id: string): Promise<Appointment> {
    const [row] = await tx.sql.query<AppointmentRow[]>`
      SELECT ${APPOINTMENT_COLUMNS} FROM wardbell.appointment a
      WHERE a.tenant_id = wardbell.current_tenant() AND a.id = ${id}::uuid`;
    if (!row) throw new Problem('not_found');
    return toAppointment(row);
  }

  async create(tx: Tx, body: AppointmentCreate): Promise<Appointment> {
    const appointment = await this.#insert(tx, body);
    tx.emit({ type: 'appointment_created', data: appointment });
    tx.audit({ action: 'appointment.create', ...subject(appointment), changed: Object.keys(body) });
    return appointment;
  }

  async update(
    tx: Tx,
    id: string,
    body: AppointmentUpdate,
    ifMatch: readonly number[] | null,
  ): Promise<Appointment> {
    return this.#change(tx, await this.#lock(tx, id, ifMatch), body);
  }

  /** Requires a permitted transition: unlike `update`, it refuses the current status. */
  async setStatus(
    tx: Tx,
    id: string,
    { status, reason }: AppointmentStatusChange,
    ifMatch: readonly number[] | null,
  ): Promise<Appointment> {
    const current = await this.#lock(tx, id, ifMatch);
    checkMove(current, status);
    return this.#change(tx, current, {
      status,
      ...(reason === undefined ? {} : { cancellation_reason: reason }),
    });
  }

  async remove(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<void> {
    const { appointment: current } = await this.#lock(tx, id, ifMatch);
    await tx.sql.execute`
      DELETE FROM wardbell.appointment a
      WHERE a.tenant_id = wardbell.current_tenant() AND a.id = ${id}::uuid`;
    tx.emit({
      type: 'appointment_deleted',
      data: { appointment_id: id, tenant_id: current.tenant_id, version: current.version + 1 },
    });
    tx.audit({ action: 'appointment.delete', ...subject(current) });
  }

  /** Locks the row until the transaction ends, because the permitted transitions depend on its status and its last step. */
  async #lock(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<Locked> {
    const [row] = await tx.sql.query<(AppointmentRow & { status_steps: StatusStep[]; now: Date })[]>`
      SELECT ${APPOINTMENT_COLUMNS}, a.status_steps, clock_timestamp() AS now FROM wardbell.appointment a
      WHERE a.tenant_id = wardbell.current_tenant() AND a.id = ${id}::uuid
      FOR UPDATE`;
    if (!row) throw new Problem('not_found');
    if (ifMatch && !ifMatch.includes(row.version)) throw new Problem('version_mismatch');
    return { appointment: toAppointment(row), steps: row.status_steps, now: row.now };
  }

  async #change(tx: Tx, locked: Locked, update: AppointmentUpdate): Promise<Appointment> {
    const change = changeOf(locked, update);
    if (!change) return locked.appointment;
    const appointment = await this.#store(tx, locked.appointment.id, change);
    tx.emit({ type: change.event, data: appointment });
    tx.audit({
      action: 'appointment.update',
      ...subject(appointment),
      changed: change.changed,
      ...(change.undone && { details: change.undone }),
    });
    return appointment;
  }

  async #store(tx: Tx, id: string, { next, steps }: Change): Promise<Appointment> {
    const [row] = await tx.sql.query<AppointmentRow[]>`
      UPDATE wardbell.appointment a
      SET datetime = ${next.datetime}::timestamptz, duration_minutes = ${next.duration_minutes},
          type = ${next.type}, status = ${next.status}, practitioner = ${next.practitioner},
          room = ${next.room}, reason = ${next.reason ?? null},
          cancellation_reason = ${next.cancellation_reason}, status_steps = ${JSON.stringify(steps)}::jsonb,
          version = a.version + 1, updated_at = clock_timestamp()
      WHERE a.tenant_id = wardbell.current_tenant() AND a.id = ${id}::uuid
      RETURNING ${APPOINTMENT_COLUMNS}`;
    if (!row) throw new Problem('not_found');
    return toAppointment(row);
  }

  async #insert(tx: Tx, body: AppointmentCreate): Promise<Appointment> {
    try {
      const [row] = await tx.sql.query<AppointmentRow[]>`
        INSERT INTO wardbell.appointment AS a
          (tenant_id, patient_id, datetime, duration_minutes, type, status, practitioner, room, reason)
        VALUES (wardbell.current_tenant(), ${body.patient_id}::uuid, ${toInstant(body.datetime)}::timestamptz,
                ${body.duration_minutes}, ${body.type}, ${body.status}, ${body.practitioner ?? null},
                ${body.room ?? null}, ${body.reason ?? null})
        RETURNING ${APPOINTMENT_COLUMNS}`;
      if (!row) throw new Error('INSERT returned no row');
      return toAppointment(row);
    } catch (error) {
      if (sqlState(error) !== SQLSTATE.foreignKeyViolation) throw error;
      throw new Problem('unknown_patient', { cause: error });
    }
  }
}

/** UTC with milliseconds, as in responses. */
const toInstant = (datetime: string | null | undefined): string | null =>
  datetime == null ? null : new Date(datetime).toISOString();

const subject = (appointment: Appointment) => ({
  objectType: 'appointment',
  objectId: appointment.id,
  patientId: appointment.patient_id,
});
