import { randomInt } from 'node:crypto';
import type { Faker } from '@faker-js/faker';
import { Injectable } from '@nestjs/common';
import type { AppointmentStatus } from '@wardbell/contract';
import { AppointmentsService } from '../clinic/appointments/appointments.service.js';
import { PatientsService } from '../clinic/patients/patients.service.js';
import type { Tx } from '../database/tx.js';
import type { DemoClinic } from './clinics.js';
import { demoPatients } from './patients.js';
import { fakerOf } from './random.js';

const MINUTE_MS = 60_000;
/** Bounds the patients of a demonstration that runs for weeks. */
const MAX_PATIENTS = 600;
const MAX_APPOINTMENTS = 3_000;

type Happening = (tx: Tx, clinic: DemoClinic) => Promise<boolean>;

/** Simulates small changes in a clinic through the same services and rules as users. */
@Injectable()
export class ClinicDay {
  readonly #fakers = new Map<string, Promise<Faker>>();
  readonly #happenings: readonly { readonly weight: number; readonly happens: Happening }[] = [
    { weight: 30, happens: (tx) => this.#move(tx, 'booked', 'arrived') },
    { weight: 25, happens: (tx) => this.#move(tx, 'arrived', 'checked-in') },
    { weight: 20, happens: (tx) => this.#move(tx, 'checked-in', 'fulfilled') },
    { weight: 15, happens: (tx) => this.#correctPhone(tx) },
    { weight: 20, happens: (tx, clinic) => this.#book(tx, clinic) },
    { weight: 5, happens: (tx) => this.#cancel(tx) },
    { weight: 5, happens: (tx, clinic) => this.#register(tx, clinic) },
  ];

  constructor(
    private readonly patients: PatientsService,
    private readonly appointments: AppointmentsService,
  ) {}

  /** Makes one random change. If it has no candidate, a patient's phone number is changed instead. */
  async somethingHappens(tx: Tx, clinic: DemoClinic): Promise<void> {
    const total = this.#happenings.reduce((sum, { weight }) => sum + weight, 0);
    let draw = randomInt(total);
    const drawn = this.#happenings.find(({ weight }) => {
      draw -= weight;
      return draw < 0;
    });
    if (!(await drawn?.happens(tx, clinic))) await this.#correctPhone(tx);
  }

  async #move(tx: Tx, from: AppointmentStatus, to: AppointmentStatus): Promise<boolean> {
    const [row] = await tx.sql.query<{ id: string }[]>`
      SELECT a.id::text FROM wardbell.appointment a
      WHERE a.tenant_id = wardbell.current_tenant() AND a.status = ${from}
        AND a.sort_at BETWEEN now() - interval '10 hours' AND now() + interval '45 minutes'
      ORDER BY a.sort_at LIMIT 1`;
    if (!row) return false;
    await this.appointments.setStatus(tx, row.id, { status: to }, null);
    return true;
  }

  async #cancel(tx: Tx): Promise<boolean> {
    const [row] = await tx.sql.query<{ id: string }[]>`
      SELECT a.id::text FROM wardbell.appointment a
      WHERE a.tenant_id = wardbell.current_tenant() AND a.status = 'booked' AND a.sort_at > now() + interval '1 day'
      ORDER BY random() LIMIT 1`;
    if (!row) return false;
    await this.appointments.setStatus(
      tx,
      row.id,
      { status: 'cancelled', reason: 'Asked for another day' },
      null,
    );
    return true;
  }

  async #correctPhone(tx: Tx): Promise<boolean> {
    const patient = await somePatient(tx);
    if (!patient) return false;
    const digits = String(randomInt(10_000)).padStart(4, '0');
    const phone = `${(patient.phone ?? '555 010 0000').slice(0, -4)}${digits}`;
    await this.patients.update(tx, patient.id, { phone }, null);
    return true;
  }

  async #book(tx: Tx, clinic: DemoClinic): Promise<boolean> {
    const patient = await somePatient(tx);
    const visit = clinic.visits[randomInt(clinic.visits.length)];
    const practitioner = clinic.practitioners[randomInt(clinic.practitioners.length)];
    if (!patient || !visit || !practitioner || (await countOf(tx, 'appointment')) >= MAX_APPOINTMENTS)
      return false;
    // from 15 minutes to three days ahead, in steps of 15 minutes
    const quarterMs = 15 * MINUTE_MS;
    const at = (Math.floor(Date.now() / quarterMs) + 1 + randomInt(4 * 72)) * quarterMs;
    await this.appointments.create(tx, {
      patient_id: patient.id,
      datetime: new Date(at).toISOString(),
      duration_minutes: visit.minutes,
      type: visit.type,
      status: 'booked',
      practitioner: practitioner.name,
      room: practitioner.room,
    });
    return true;
  }

  async #register(tx: Tx, clinic: DemoClinic): Promise<boolean> {
    if ((await countOf(tx, 'patient')) >= MAX_PATIENTS) return false;
    const [patient] = demoPatients(await this.#fakerOf(clinic), 1);
    if (!patient) return false;
    const { id: _, mrn: __, notes: ___, ...body } = patient;
    await this.patients.create(tx, body);
    return true;
  }

  /** A faker whose patients differ from those of the seed. */
  #fakerOf(clinic: DemoClinic): Promise<Faker> {
    let faker = this.#fakers.get(clinic.slug);
    if (!faker) {
      faker = fakerOf({ locale: clinic.locale, seed: randomInt(1_000_000_000) });
      this.#fakers.set(clinic.slug, faker);
    }
    return faker;
  }
}

async function somePatient(tx: Tx): Promise<{ id: string; phone: string | null } | undefined> {
  const [row] = await tx.sql.query<{ id: string; phone: string | null }[]>`
    SELECT p.id::text, p.phone FROM wardbell.patient p
    WHERE p.tenant_id = wardbell.current_tenant() AND NOT p.archived ORDER BY random() LIMIT 1`;
  return row;
}

async function countOf(tx: Tx, table: 'patient' | 'appointment'): Promise<number> {
  const [row] =
    table === 'patient'
      ? await tx.sql.query<{ count: bigint }[]>`SELECT count(*) FROM wardbell.patient
          WHERE tenant_id = wardbell.current_tenant()`
      : await tx.sql.query<{ count: bigint }[]>`SELECT count(*) FROM wardbell.appointment
          WHERE tenant_id = wardbell.current_tenant()`;
  return Number(row?.count ?? 0);
}
