import { Injectable } from '@nestjs/common';
import {
  type Appointment,
  type AppointmentCreate,
  type AppointmentSaved,
  type AppointmentStatusChange,
  type AppointmentUpdate,
  type Conflict,
  type ConflictCheck,
  type ConflictsFound,
  DEFAULT_DURATION_MINUTES,
  type DoubleBooking,
  TAKES_TIME,
} from '@wardbell/contract';
import sql, { empty, join, raw } from 'sql-template-tag';
import { defined } from '../../api/parsing/defined.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { SQLSTATE, sqlState } from '../../platform/errors/sqlstate.js';
import { missingPatient } from '../patients/missing-patient.js';
import { type Change, changeOf, checkMove, type Locked } from './appointment-change.js';
import { APPOINTMENT_COLUMNS, type AppointmentRow, toAppointment } from './appointment-row.js';
import { type Named, namedOf, PRACTITIONERS, ROOMS, recordOf, TYPES } from './booked-records.js';
import { findConflicts } from './conflicts.js';
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

  async create(tx: Tx, { book_anyway, ...body }: AppointmentCreate): Promise<AppointmentSaved> {
    const minutes = body.duration_minutes ?? (await durationOf(tx, body.type_id));
    const named = { ...NOTHING, ...mentionedIn(body) };
    const datetime = toInstant(body.datetime);
    const [appointment, conflicts] = await refusingConflicts(
      book_anyway,
      TAKES_TIME.has(body.status) && datetime !== null
        ? findConflicts(tx, {
            appointmentId: null,
            patientId: body.patient_id,
            ...named,
            datetime,
            durationMinutes: minutes,
          })
        : [],
      this.#insert(tx, { ...body, datetime, duration_minutes: minutes }, named),
    );
    tx.emit({ type: 'appointment_created', data: appointment });
    tx.audit({ action: 'appointment.create', ...subject(appointment), changed: Object.keys(body) });
    return { ...appointment, conflicts };
  }

  async update(
    tx: Tx,
    id: string,
    { book_anyway, ...body }: AppointmentUpdate,
    ifMatch: readonly number[] | null,
  ): Promise<AppointmentSaved> {
    const locked = await this.#lock(tx, id, ifMatch);
    const { appointment: current } = locked;
    const mentioned = mentionedIn(body);
    const change = changeOf(locked, { ...body, ...fieldsOf(mentioned) });
    const next = change?.next ?? current;
    const named = change ? changedOf(mentioned, change) : {};
    // also when nothing changed that can overlap: the answer says what the appointment overlaps, in the same round trip
    const conflicts =
      TAKES_TIME.has(next.status) && next.datetime !== null
        ? findConflicts(tx, {
            appointmentId: id,
            patientId: current.patient_id,
            practitioner: named.practitioner ?? { text: current.practitioner },
            room: named.room ?? { text: current.room },
            datetime: next.datetime,
            durationMinutes: next.duration_minutes,
          })
        : [];
    if (!change) return { ...current, conflicts: await conflicts };
    const isBooked = change.changed.some((field) => BOOKING_FIELDS.has(field));
    const [appointment, found] = await refusingConflicts(
      isBooked ? book_anyway : undefined,
      conflicts,
      this.#store(tx, id, change, named),
    );
    noteChange(tx, appointment, change);
    return { ...appointment, conflicts: found };
  }

  /** What a time would overlap; saves nothing. */
  async check(tx: Tx, body: ConflictCheck): Promise<ConflictsFound> {
    const [conflicts, [setting]] = await Promise.all([
      findConflicts(tx, {
        appointmentId: body.appointment_id ?? null,
        patientId: body.patient_id ?? null,
        practitioner: namedOf(body.practitioner, body.practitioner_id) ?? { text: null },
        room: namedOf(body.room, body.room_id) ?? { text: null },
        datetime: body.datetime,
        durationMinutes: body.duration_minutes,
      }),
      tx.sql.query<{ double_booking: DoubleBooking }[]>`
        SELECT s.double_booking FROM wardbell.clinic_setting s WHERE s.tenant_id = wardbell.current_tenant()`,
    ]);
    return { conflicts, double_booking: setting?.double_booking ?? 'allow' };
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
    const appointment = await this.#store(tx, locked.appointment.id, change, {});
    noteChange(tx, appointment, change);
    return appointment;
  }

  /** @param named what the change says of practitioner, room and type; what it does not mention stays */
  async #store(
    tx: Tx,
    id: string,
    { next, steps }: Change,
    { practitioner, room, type }: Partial<Mentioned>,
  ): Promise<Appointment> {
    const from = [
      ...(practitioner ? [recordOf(PRACTITIONERS, 'p', practitioner)] : []),
      ...(room ? [recordOf(ROOMS, 'm', room)] : []),
      ...(type ? [recordOf(TYPES, 'y', type)] : []),
    ];
    const [row] = await tx.sql.query<AppointmentRow[]>`
      UPDATE wardbell.appointment a
      SET datetime = ${next.datetime}::timestamptz, duration_minutes = ${next.duration_minutes},
          status = ${next.status}, reason = ${next.reason ?? null},
          ${practitioner ? raw('practitioner = p.name, practitioner_id = p.id,') : empty}
          ${room ? raw('room = m.name, room_id = m.id,') : empty}
          ${type ? raw('type = y.name, type_id = y.id,') : empty}
          cancellation_reason = ${next.cancellation_reason}, status_steps = ${JSON.stringify(steps)}::jsonb,
          version = a.version + 1, updated_at = clock_timestamp()
      ${from.length > 0 ? sql`FROM ${join(from)}` : empty}
      WHERE a.tenant_id = wardbell.current_tenant() AND a.id = ${id}::uuid
        ${practitioner ? raw('AND p.ok') : empty} ${room ? raw('AND m.ok') : empty} ${type ? raw('AND y.ok') : empty}
      RETURNING ${APPOINTMENT_COLUMNS}`;
    if (!row) throw unknownRecord({ practitioner, room, type });
    return toAppointment(row);
  }

  async #insert(
    tx: Tx,
    body: Pick<AppointmentCreate, 'patient_id' | 'status' | 'reason'> & {
      readonly datetime: string | null;
      readonly duration_minutes: number;
    },
    named: Mentioned,
  ): Promise<Appointment> {
    try {
      const [row] = await tx.sql.query<AppointmentRow[]>`
        INSERT INTO wardbell.appointment AS a
          (tenant_id, patient_id, datetime, duration_minutes, type, type_id, status, practitioner, practitioner_id,
           room, room_id, reason)
        SELECT wardbell.current_tenant(), ${body.patient_id}::uuid, ${body.datetime}::timestamptz,
               ${body.duration_minutes}::integer, y.name, y.id, ${body.status}, p.name, p.id, m.name, m.id,
               ${body.reason ?? null}
        FROM ${recordOf(PRACTITIONERS, 'p', named.practitioner)}, ${recordOf(ROOMS, 'm', named.room)},
             ${recordOf(TYPES, 'y', named.type)},
             -- the lock that the foreign key takes: one that is being merged or deleted is waited for, and not found then
             (SELECT FROM wardbell.patient pt
              WHERE pt.tenant_id = wardbell.current_tenant() AND pt.id = ${body.patient_id}::uuid AND NOT pt.archived
              FOR KEY SHARE) booked
        WHERE p.ok AND m.ok AND y.ok
        RETURNING ${APPOINTMENT_COLUMNS}`;
      if (!row) {
        await requireBookable(tx, body.patient_id);
        throw unknownRecord(named);
      }
      return toAppointment(row);
    } catch (error) {
      if (sqlState(error) !== SQLSTATE.foreignKeyViolation) throw error;
      throw new Problem('unknown_patient', { cause: error });
    }
  }
}

/** @throws Problem `unknown_patient`; `patient_archived`; `patient_merged`, which names the one to book instead */
async function requireBookable(tx: Tx, patientId: string): Promise<void> {
  const [patient] = await tx.sql.query<{ archived: boolean }[]>`
    SELECT p.archived FROM wardbell.patient p
    WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ${patientId}::uuid`;
  if (!patient) throw await missingPatient(tx, patientId, 'unknown_patient');
  if (patient.archived) throw new Problem('patient_archived');
}

/** What a write says of each. */
interface Mentioned {
  readonly practitioner: Named;
  readonly room: Named;
  readonly type: Named;
}

/** Fields of an appointment that decide what it overlaps. */
const BOOKING_FIELDS: ReadonlySet<string> = new Set([
  'datetime',
  'duration_minutes',
  'status',
  'practitioner',
  'practitioner_id',
  'room',
  'room_id',
]);

const NOTHING: Mentioned = { practitioner: { text: null }, room: { text: null }, type: { text: null } };

/** What a body says of practitioner, room and type, each in one of the two ways. */
const mentionedIn = (body: AppointmentUpdate): Partial<Mentioned> =>
  defined({
    practitioner: namedOf(body.practitioner, body.practitioner_id),
    room: namedOf(body.room, body.room_id),
    type: namedOf(body.type, body.type_id),
  });

/** The same as fields of an update, which replace all of these: the id or the text, never both. */
const fieldsOf = ({ practitioner, room, type }: Partial<Mentioned>): AppointmentUpdate => ({
  ...fieldOf('practitioner', practitioner),
  ...fieldOf('room', room),
  ...fieldOf('type', type),
});

const fieldOf = (field: keyof Mentioned, named: Named | undefined): AppointmentUpdate => ({
  [field]: named && 'text' in named ? named.text : undefined,
  [`${field}_id`]: named && 'id' in named ? named.id : undefined,
});

/** What of it is another value than before. */
const changedOf = (
  { practitioner, room, type }: Partial<Mentioned>,
  { changed }: Change,
): Partial<Mentioned> => {
  const isChanged = (field: keyof Mentioned) => changed.includes(field) || changed.includes(`${field}_id`);
  return defined({
    practitioner: isChanged('practitioner') ? practitioner : undefined,
    room: isChanged('room') ? room : undefined,
    type: isChanged('type') ? type : undefined,
  });
};

/** The duration of a new appointment that says none. */
async function durationOf(tx: Tx, typeId: string | undefined): Promise<number> {
  if (typeId === undefined) return DEFAULT_DURATION_MINUTES;
  const [type] = await tx.sql.query<{ duration_minutes: number }[]>`
    SELECT t.duration_minutes FROM wardbell.appointment_type t
    WHERE t.tenant_id = wardbell.current_tenant() AND t.id = ${typeId}::uuid`;
  return type?.duration_minutes ?? DEFAULT_DURATION_MINUTES;
}

/**
 * Waits for a write and for the conflicts that were looked for just before it, in the same round trip.
 * @throws Problem `conflict`: the client does not want them, or the clinic forbids them
 */
async function refusingConflicts<T>(
  bookAnyway: boolean | undefined,
  conflicts: Promise<Conflict[]> | Conflict[],
  write: Promise<T>,
): Promise<[T, Conflict[]]> {
  const [found, written] = await Promise.allSettled([conflicts, write]);
  if (found.status === 'rejected') throw found.reason;
  const members = { conflicts: found.value };
  if (written.status === 'rejected') {
    // without any in sight another transaction has taken the time just now: it is seen when this one is tried again
    const isTaken = sqlState(written.reason) === SQLSTATE.exclusionViolation && found.value.length > 0;
    throw isTaken ? new Problem('conflict', { members, cause: written.reason }) : written.reason;
  }
  if (bookAnyway === false && found.value.length > 0) throw new Problem('conflict', { members });
  return [written.value, found.value];
}

const noteChange = (tx: Tx, appointment: Appointment, change: Change): void => {
  tx.emit({ type: change.event, data: appointment });
  tx.audit({
    action: 'appointment.update',
    ...subject(appointment),
    changed: change.changed,
    ...(change.undone && { details: change.undone }),
  });
};

const unknownRecord = (named: { readonly [Field in keyof Mentioned]?: Named | undefined }): Problem => {
  const errors = Object.entries(named).flatMap(([field, one]) =>
    one !== undefined && 'id' in one ? [{ path: `${field}_id`, message: 'must be an active record' }] : [],
  );
  return errors.length > 0 ? new Problem('validation_failed', { errors }) : new Problem('not_found');
};

/** UTC with milliseconds, as in responses. */
const toInstant = (datetime: string | null | undefined): string | null =>
  datetime == null ? null : new Date(datetime).toISOString();

const subject = (appointment: Appointment) => ({
  objectType: 'appointment',
  objectId: appointment.id,
  patientId: appointment.patient_id,
});
