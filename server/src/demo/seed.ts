import {
  APPOINTMENT_COLUMNS,
  type AppointmentRow,
  toAppointment,
} from '../clinic/appointments/appointment-row.js';
import { PATIENT_COLUMNS, type PatientRow, toPatient } from '../clinic/patients/patient-row.js';
import type { Database } from '../database/database.service.js';
import { SYSTEM } from '../database/principal.js';
import type { Tx } from '../database/tx.js';
import { Passwords } from '../identity/passwords.js';
import type { Log } from '../platform/log/log.js';
import { DEMO_CLINICS, type DemoClinic } from './clinics.js';
import { type DemoConfig, demoEmail, demoLogins } from './logins.js';
import { type DemoPatient, demoPatients } from './patients.js';
import { fakerOf } from './random.js';
import { type DemoAppointment, demoSchedule } from './schedule.js';

const PATIENTS_PER_CLINIC = 300;

interface Account {
  readonly slug: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly password_hash: string;
}

/**
 * Fills an empty database with the demo clinics. Each patient and appointment has its event in the log. A seed that was
 * interrupted is continued at the next start. Several instances may call this at the same time; one of them works.
 */
export async function seedDemo(database: Database, config: DemoConfig, log: Log): Promise<void> {
  if (!config.demo) return;
  const startedMs = performance.now();
  if (await isEmpty(database)) await database.acrossTenants(SYSTEM, createClinics);
  const unfilled = await unfilledClinics(database);
  if (unfilled.length > 0) {
    const accounts = await hashAccounts(config);
    await database.onAccounts(SYSTEM, (tx) => createAccounts(tx, unfilled, accounts));
  }
  for (const { id, slug } of unfilled) {
    const clinic = DEMO_CLINICS.find((candidate) => candidate.slug === slug);
    if (clinic) await database.inTenant(SYSTEM, id, (tx) => fill(tx, clinic));
  }
  if (unfilled.length > 0) {
    log.info('demo clinics seeded', {
      count: unfilled.length,
      duration_ms: Math.round(performance.now() - startedMs),
    });
  }
}

const isEmpty = (database: Database): Promise<boolean> =>
  database.acrossTenants(SYSTEM, async (tx) => (await (await tx.orm()).tenant.count()) === 0);

async function hashAccounts(config: DemoConfig): Promise<Account[]> {
  const passwords = new Passwords();
  const passwordOf = new Map(demoLogins(config).map(({ email, password }) => [email, password]));
  return Promise.all(
    DEMO_CLINICS.flatMap((clinic) =>
      clinic.people.map(async ({ user, name, role }) => {
        const email = demoEmail(clinic, user);
        const password_hash = await passwords.hash(passwordOf.get(email) ?? '');
        return { slug: clinic.slug, email, name, role, password_hash };
      }),
    ),
  );
}

async function createClinics(tx: Tx): Promise<void> {
  await tx.sql.execute`SELECT pg_advisory_xact_lock(hashtextextended('wardbell.demo', 0))`;
  const orm = await tx.orm();
  if ((await orm.tenant.count()) > 0) return; // another instance was faster
  const created = await orm.tenant.createManyAndReturn({
    data: DEMO_CLINICS.map(({ slug, name, timeZone }) => ({ slug, name, time_zone: timeZone })),
  });
  for (const { id } of created) tx.audit({ action: 'demo.seed', objectType: 'tenant', objectId: id }, id);
}

interface Clinic {
  readonly id: string;
  readonly slug: string;
}

/** Those that are there already, from a seed that was interrupted, stay as they are. */
async function createAccounts(
  tx: Tx,
  clinics: readonly Clinic[],
  accounts: readonly Account[],
): Promise<void> {
  const orm = await tx.orm();
  await orm.userAccount.createMany({
    data: clinics.flatMap(({ id, slug: of }) =>
      accounts
        .filter(({ slug }) => slug === of)
        .map(({ slug, ...account }) => ({ ...account, tenant_id: id })),
    ),
    skipDuplicates: true,
  });
}

/** Demo clinics without any event. */
const unfilledClinics = (database: Database): Promise<Clinic[]> =>
  database.acrossTenants(SYSTEM, async (tx) => {
    const orm = await tx.orm();
    const clinics = await orm.tenant.findMany({
      select: { id: true, slug: true },
      where: { slug: { in: DEMO_CLINICS.map(({ slug }) => slug) } },
    });
    const heads = await orm.tenantHead.findMany({
      where: { tenant_id: { in: clinics.map(({ id }) => id) }, seq: 0 },
    });
    const unused = new Set(heads.map(({ tenant_id }) => tenant_id));
    return clinics.filter(({ id }) => unused.has(id));
  });

async function fill(tx: Tx, clinic: DemoClinic): Promise<void> {
  await tx.sql.execute`
    SELECT pg_advisory_xact_lock(hashtextextended('wardbell.demo/' || ${clinic.slug}, 0))`;
  const faker = await fakerOf(clinic);
  const patients = demoPatients(faker, PATIENTS_PER_CLINIC);
  if ((await insertPatients(tx, patients)) === 0) return; // another instance was faster
  await insertRecords(tx, clinic);
  const ids = patients.map(({ id }) => id);
  await insertAppointments(tx, demoSchedule(faker, clinic, ids, new Date()), clinic.timeZone);
}

const COLORS = ['#1c7ed6', '#2f9e44', '#e8590c', '#9c36b5', '#0c8599', '#c2255c'] as const;
const OPEN = [
  { opens: 8 * 60, closes: 12 * 60 },
  { opens: 13 * 60, closes: 17 * 60 },
] as const;

/** What the clinic books with. The practitioners of the demo work every day, so that the board is never empty. */
async function insertRecords(tx: Tx, { practitioners, visits }: DemoClinic): Promise<void> {
  const tenant_id = tx.tenantId ?? '';
  const color = (index: number): string => COLORS[index % COLORS.length] ?? COLORS[0];
  const orm = await tx.orm();
  await orm.practitioner.createMany({
    data: practitioners.map(({ name }, index) => ({ tenant_id, name, color: color(index) })),
    skipDuplicates: true,
  });
  await orm.room.createMany({
    data: practitioners.map(({ room: name }, index) => ({ tenant_id, name, color: color(index) })),
    skipDuplicates: true,
  });
  await orm.appointmentType.createMany({
    data: visits.map(({ type: name, minutes }, index) => ({
      tenant_id,
      name,
      color: color(index),
      duration_minutes: minutes,
    })),
    skipDuplicates: true,
  });
  if ((await orm.officeHour.count()) > 0) return; // a seed that was cut off has been here
  await orm.officeHour.createMany({
    data: [1, 2, 3, 4, 5, 6, 7].flatMap((weekday) => OPEN.map((hours) => ({ tenant_id, weekday, ...hours }))),
  });
}

async function insertPatients(tx: Tx, patients: readonly DemoPatient[]): Promise<number> {
  const rows = await tx.sql.query<PatientRow[]>`
    INSERT INTO wardbell.patient AS p
      (tenant_id, id, mrn, first_name, last_name, birth_date, gender, phone, email, notes)
    SELECT wardbell.current_tenant(), n.id, n.mrn, n.first_name, n.last_name, n.birth_date, n.gender,
           n.phone, n.email, n.notes
    FROM jsonb_populate_recordset(NULL::wardbell.patient, ${JSON.stringify(patients)}::jsonb) AS n
    ON CONFLICT DO NOTHING
    RETURNING ${PATIENT_COLUMNS}`;
  for (const row of rows) tx.emit({ type: 'patient_created', data: toPatient(row) });
  return rows.length;
}

async function insertAppointments(
  tx: Tx,
  appointments: readonly DemoAppointment[],
  timeZone: string,
): Promise<void> {
  const rows = await tx.sql.query<AppointmentRow[]>`
    INSERT INTO wardbell.appointment AS a
      (tenant_id, id, patient_id, datetime, duration_minutes, type, status, practitioner, room, reason,
       cancellation_reason, practitioner_id, room_id, type_id)
    SELECT wardbell.current_tenant(), n.id, n.patient_id, n.local AT TIME ZONE ${timeZone}, n.duration_minutes,
           n.type, n.status, n.practitioner, n.room, n.reason, n.cancellation_reason, p.id, m.id, y.id
    FROM jsonb_to_recordset(${JSON.stringify(appointments)}::jsonb) AS n(
      id uuid, patient_id uuid, local timestamp, duration_minutes integer, type text, status text,
      practitioner text, room text, reason text, cancellation_reason text)
    LEFT JOIN wardbell.practitioner p ON p.tenant_id = wardbell.current_tenant() AND p.name = n.practitioner
    LEFT JOIN wardbell.room m ON m.tenant_id = wardbell.current_tenant() AND m.name = n.room
    LEFT JOIN wardbell.appointment_type y ON y.tenant_id = wardbell.current_tenant() AND y.name = n.type
    RETURNING ${APPOINTMENT_COLUMNS}`;
  for (const row of rows) tx.emit({ type: 'appointment_created', data: toAppointment(row) });
}
