import { describe, expect, it } from '@jest/globals';
import { AppointmentStatus, Email, PatientCreate, TenantCreate } from '@wardbell/contract';
import { DEMO_CLINICS } from './clinics.js';
import { demoEmail } from './logins.js';
import { demoPatients } from './patients.js';
import { fakerOf } from './random.js';
import { demoSchedule, localClock } from './schedule.js';

const NOW = new Date('2026-11-20T16:30:00Z');

describe.each(DEMO_CLINICS)('The demo clinic $slug', (clinic) => {
  const make = async () => {
    const faker = await fakerOf(clinic);
    const patients = demoPatients(faker, 100);
    return {
      patients,
      appointments: demoSchedule(
        faker,
        clinic,
        patients.map(({ id }) => id),
        NOW,
      ),
    };
  };

  it('is what the API would accept', async () => {
    const { patients } = await make();
    TenantCreate.parse({ name: clinic.name, slug: clinic.slug, time_zone: clinic.timeZone });
    for (const { user } of clinic.people) Email.parse(demoEmail(clinic, user));
    for (const { id: _, ...patient } of patients) PatientCreate.parse(patient);
    expect(new Set(patients.map(({ mrn }) => mrn)).size).toBe(100);
  });

  it('is the same at each run', async () => {
    expect(await make()).toEqual(await make());
  });

  it('has a week in which the past has happened and the future has not', async () => {
    const { appointments } = await make();
    const { date } = localClock(NOW, clinic.timeZone);
    const done = new Set<string>(['fulfilled', 'noshow', 'cancelled']);
    const ahead = new Set<string>(['booked', 'pending', 'cancelled']);
    for (const { local, status } of appointments) {
      AppointmentStatus.parse(status);
      if (local === null) expect(['waitlist', 'proposed']).toContain(status);
      else if (local.slice(0, 10) < date) expect(done).toContain(status);
      else if (local.slice(0, 10) > date) expect(ahead).toContain(status);
    }
    expect(new Set(appointments.map(({ local }) => local?.slice(0, 10))).size).toBe(8); // and those without a day
  });

  it('gives nobody two patients at once', async () => {
    const { appointments } = await make();
    const slots = appointments
      .map(({ local, practitioner }) => `${practitioner} ${local}`)
      .filter((slot) => !slot.endsWith('null'));
    expect(new Set(slots).size).toBe(slots.length);
  });
});

describe('The clock of a clinic', () => {
  it.each([
    ['Europe/Berlin', '2026-11-20T23:30:00Z', { date: '2026-11-21', minute: 30 }],
    ['America/Chicago', '2026-11-20T05:59:00Z', { date: '2026-11-19', minute: 23 * 60 + 59 }],
    ['UTC', '2026-11-20T00:00:00Z', { date: '2026-11-20', minute: 0 }],
  ])('in %s at %s', (zone, at, expected) => {
    expect(localClock(new Date(at), zone)).toEqual(expected);
  });
});
