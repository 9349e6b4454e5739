import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Appointment, api } from '@wardbell/contract';
import { database, useServer } from '../../support/fixture.js';
import { type Clinic, createClinic, registerPatient, succeed } from './harness.js';

useServer();

const DAY = '2031-05-06';
const NUMBER = /^[A-HJ-NPR-Z]\d{4}$/;

describe('The number of an appointment in the waiting room', () => {
  let clinic: Clinic;
  let patientId: string;
  beforeAll(async () => {
    clinic = await createClinic();
    patientId = (await registerPatient(clinic)).id;
  });
  const book = (datetime: string | null, more: object = {}): Promise<Appointment> =>
    succeed(api.appointments.create, {
      token: clinic.frontDesk,
      body: { patient_id: patientId, datetime, type: 'Check-up', ...more },
    });
  const move = (id: string, datetime: string | null): Promise<Appointment> =>
    succeed(api.appointments.update, { token: clinic.frontDesk, id, body: { datetime } });
  /** Makes the next numbers those that were given before, as after a turn of the sequence. */
  const turnBack = (steps: number) =>
    database.query(
      `SELECT setval('wardbell.board_number_seq', (last_value - $1 + 230000) % 230000) FROM wardbell.board_number_seq`,
      [steps],
    );

  it('is a letter and four digits, stays when the appointment moves, and comes with a time', async () => {
    const row = await book(`${DAY}T09:00:00.000Z`);
    expect(row.board_number).toMatch(NUMBER);
    expect((await move(row.id, `${DAY}T11:00:00.000Z`)).board_number).toBe(row.board_number);
    expect((await move(row.id, '2031-06-01T11:00:00.000Z')).board_number).toBe(row.board_number);
    const waiting = await book(null, { status: 'waitlist' });
    expect(waiting.board_number).toBeNull();
    expect((await move(waiting.id, `${DAY}T12:00:00.000Z`)).board_number).toMatch(NUMBER);
    expect((await move(waiting.id, null)).board_number).toBeNull();
  });

  it('comes to an appointment from before there were numbers when it is changed, as when the patient arrives', async () => {
    const row = await book(`${DAY}T10:00:00.000Z`);
    await database.query('UPDATE wardbell.appointment SET board_number = NULL WHERE id = $1', [row.id]);
    const arrived = await succeed(api.appointments.setStatus, {
      token: clinic.frontDesk,
      id: row.id,
      body: { status: 'arrived' },
    });
    expect(arrived.board_number).toMatch(NUMBER);
  });

  it('is had by no other appointment of the same day in any time zone, also when the numbers begin anew', async () => {
    const first = await book(`${DAY}T00:10:00.000Z`);
    for (const [steps, datetime] of [
      [1, `${DAY}T00:20:00.000Z`],
      [2, `${DAY}T23:50:00.000Z`],
    ] as const) {
      await turnBack(steps);
      const other = await book(datetime);
      expect(other.board_number).toMatch(NUMBER);
      expect(other.board_number).not.toBe(first.board_number);
    }
  });

  it('may be had again on another day, and changes only when the appointment is moved to where it is taken', async () => {
    const first = await book('2031-07-01T09:00:00.000Z');
    await turnBack(1);
    const later = await book('2031-07-20T09:00:00.000Z');
    expect(later.board_number).toBe(first.board_number);
    const moved = await move(later.id, '2031-07-01T15:00:00.000Z');
    expect(moved.board_number).toMatch(NUMBER);
    expect(moved.board_number).not.toBe(first.board_number);
    const [row] = await database.query('SELECT board_number FROM wardbell.appointment WHERE id = $1', [
      first.id,
    ]);
    expect(row).toEqual({ board_number: first.board_number });
  });

  it('is unique among 2,000 appointments of a day, and among those that are booked at the same moment', async () => {
    await database.query(
      `INSERT INTO wardbell.appointment (tenant_id, patient_id, datetime, type)
       SELECT $1, $2, timestamptz '2031-08-01T08:00:00Z' + n * interval '20 seconds', 'Mass' FROM generate_series(1, 2000) n`,
      [clinic.id, patientId],
    );
    await turnBack(1_500);
    const booked = await Promise.all(Array.from({ length: 20 }, () => book('2031-08-01T12:00:00.000Z')));
    const [counted] = await database.query<{ all: number; different: number }>(
      `SELECT count(*)::int AS all, count(DISTINCT board_number)::int AS different FROM wardbell.appointment
       WHERE tenant_id = $1 AND datetime >= '2031-08-01' AND datetime < '2031-08-02'`,
      [clinic.id],
    );
    expect(counted).toEqual({ all: 2_020, different: 2_020 });
    expect(new Set(booked.map((row) => row.board_number)).size).toBe(20);
  });
});
