import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, Conflict } from '@wardbell/contract';
import pg from 'pg';
import { z } from 'zod';
import { database, useServer } from '../../support/fixture.js';
import { runtimeUrls } from '../../support/migrate-step.js';
import { ask, type Clinic, createClinic, fail, registerPatient, succeed } from './harness.js';

useServer();

/** A Wednesday. */
const DAY = '2096-05-09';
const at = (clock: string, day = DAY): string => `${day}T${clock}:00.000Z`;
const Refusal = z.looseObject({ code: z.string(), conflicts: z.array(Conflict) });

interface Booking {
  readonly datetime?: string;
  readonly [field: string]: unknown;
}

const bookIn = (clinic: Clinic, patientId: string) => (body: Booking) =>
  ask(api.appointments.create, {
    token: clinic.frontDesk,
    body: { patient_id: patientId, datetime: at('09:00'), type: 'Visit', ...body },
  });

describe('Conflicts of an appointment', () => {
  let clinic: Clinic;
  let patient: string;
  let second: string;
  let third: string;
  beforeAll(async () => {
    clinic = await createClinic({ timeZone: 'UTC' });
    [patient, second, third] = [
      (await registerPatient(clinic)).id,
      (await registerPatient(clinic)).id,
      (await registerPatient(clinic)).id,
    ];
  });
  const book = (body: object, patient_id = patient) =>
    succeed(api.appointments.create, {
      token: clinic.frontDesk,
      body: { patient_id, type: 'Visit', ...body },
    });
  const conflictsOf = async (body: object) =>
    (await succeed(api.appointments.conflicts, { token: clinic.frontDesk, body })).conflicts;

  it('are those of the practitioner, the room and the patient, with the other appointment and its time', async () => {
    const first = await book({
      datetime: at('09:00'),
      practitioner: 'Dr. Berg',
      room: 'Blue',
      duration_minutes: 30,
    });
    expect(first.conflicts).toEqual([]);
    const other = { appointment_id: first.id, from: at('09:00'), to: at('09:30') };
    const made = await book({ datetime: at('09:15'), practitioner: ' DR.  BERG', room: 'blue' });
    expect(made.conflicts).toEqual([
      { kind: 'patient', ...other },
      { kind: 'practitioner', ...other },
      { kind: 'room', ...other },
    ]);
    expect(
      await conflictsOf({ datetime: at('09:29'), practitioner: 'dr. berg', patient_id: second }),
    ).toEqual(
      [first, made].map(({ id, datetime }) => ({
        kind: 'practitioner',
        appointment_id: id,
        from: datetime,
        to: new Date(Date.parse(datetime ?? '') + 1_800_000).toISOString(),
      })),
    );
  });

  it('end where an appointment ends, and reach as far as the longest lasts', async () => {
    const long = await book(
      { datetime: at('01:00', '2096-05-20'), room: 'Long', duration_minutes: 1440 },
      third,
    );
    const day = '2096-05-21';
    expect(
      await conflictsOf({ datetime: at('00:59', day), duration_minutes: 1, room: 'long' }),
    ).toMatchObject([{ kind: 'room', appointment_id: long.id }]);
    expect(await conflictsOf({ datetime: at('01:00', day), room: 'long' })).toEqual([]);
    expect(
      await conflictsOf({ datetime: at('00:30', '2096-05-20'), duration_minutes: 30, room: 'long' }),
    ).toEqual([]);
  });

  it.each(['cancelled', 'noshow', 'entered-in-error', 'fulfilled', 'proposed', 'waitlist'])(
    'are none with an appointment that is %s',
    async (status) => {
      const made = await book({ datetime: at('15:00'), room: `Room of ${status}` });
      await database.query('UPDATE wardbell.appointment SET status = $1 WHERE id = $2', [status, made.id]);
      expect(await conflictsOf({ datetime: at('15:00'), room: `Room of ${status}` })).toEqual([]);
    },
  );

  it('are none with the appointment itself', async () => {
    const made = await book({ datetime: at('16:00'), room: 'Own' });
    expect(
      await conflictsOf({ appointment_id: made.id, datetime: at('16:10'), room: 'Own', patient_id: patient }),
    ).toEqual([]);
    const moved = await succeed(api.appointments.update, {
      token: clinic.frontDesk,
      id: made.id,
      body: { datetime: at('16:10') },
    });
    expect(moved.conflicts).toEqual([]);
  });

  it('keep an appointment from being saved with book_anyway false alone', async () => {
    const first = await book({ datetime: at('17:00'), practitioner: 'Dr. Strict' });
    const body = { patient_id: second, type: 'Visit', datetime: at('17:00'), practitioner: 'Dr. Strict' };
    const refused = await ask(api.appointments.create, {
      token: clinic.frontDesk,
      body: { ...body, book_anyway: false },
    });
    expect(refused.status).toBe(409);
    expect(Refusal.parse(refused.body)).toMatchObject({
      code: 'conflict',
      conflicts: [{ kind: 'practitioner', appointment_id: first.id }],
    });
    const count = await database.query(
      'SELECT FROM wardbell.appointment WHERE patient_id = $1 AND datetime = $2',
      [second, at('17:00')],
    );
    expect(count).toEqual([]);
    for (const choice of [{}, { book_anyway: true }])
      expect((await book({ ...body, ...choice })).conflicts.length).toBeGreaterThan(0);
    const late = await book({ ...body, datetime: at('19:00') });
    const move = { token: clinic.frontDesk, id: late.id };
    expect(
      await fail(api.appointments.update, { ...move, body: { datetime: at('17:10'), book_anyway: false } }),
    ).toEqual([409, 'conflict']);
    const moved = await succeed(api.appointments.update, { ...move, body: { datetime: at('17:10') } });
    expect(moved.conflicts.length).toBeGreaterThan(0);
    // what it overlaps already is no news when something else is changed
    await succeed(api.appointments.update, { ...move, body: { type: 'Follow-up', book_anyway: false } });
  });

  it('are absences of the practitioner and of the clinic', async () => {
    const { id } = await succeed(api.practitioners.create, {
      token: clinic.admin,
      body: { name: 'Dr. Away' },
    });
    const absence = { from: at('00:00', '2096-06-01'), to: at('00:00', '2096-06-03') };
    await succeed(api.absences.create, { token: clinic.admin, body: { practitioner_id: id, ...absence } });
    const time = { datetime: at('09:00', '2096-06-02') };
    const found = [{ kind: 'absence', ...absence }];
    expect(await conflictsOf({ ...time, practitioner: 'dr. away' })).toEqual(found);
    expect(await conflictsOf({ ...time, practitioner_id: id })).toEqual(found);
    expect(await conflictsOf({ ...time, practitioner: 'Dr. Here' })).toEqual([]);
    const holiday = { from: at('00:00', '2096-07-01'), to: at('00:00', '2096-07-02') };
    await succeed(api.absences.create, { token: clinic.admin, body: { label: 'Holiday', ...holiday } });
    expect(await conflictsOf({ datetime: at('09:00', '2096-07-01') })).toEqual([
      { kind: 'absence', ...holiday },
    ]);
  });

  it('are answered to whoever may see appointments, and name no patient', async () => {
    await book({ datetime: at('20:00'), practitioner: 'Dr. Seen' });
    const body = { datetime: at('20:00'), practitioner: 'Dr. Seen', patient_id: patient };
    const { body: answer } = await ask(api.appointments.conflicts, { token: clinic.frontDesk, body });
    expect(JSON.stringify(answer)).not.toContain(patient);
    const stranger = await createClinic();
    expect((await succeed(api.appointments.conflicts, { token: stranger.admin, body })).conflicts).toEqual(
      [],
    );
  });
});

describe('Office hours', () => {
  let clinic: Clinic;
  let doctor: string;
  beforeAll(async () => {
    clinic = await createClinic({ timeZone: 'Europe/Berlin' });
    doctor = (await succeed(api.practitioners.create, { token: clinic.admin, body: { name: 'Dr. Night' } }))
      .id;
    const day = [
      { from: '08:00', to: '12:00' },
      { from: '12:00', to: '17:00' },
    ];
    await succeed(api.officeHours.put, {
      token: clinic.admin,
      body: {
        week: { monday: day, sunday: [{ from: '01:00', to: '04:00' }] },
        practitioners: [
          {
            practitioner_id: doctor,
            week: { monday: [{ from: '20:00', to: '24:00' }], tuesday: [{ from: '00:00', to: '02:00' }] },
          },
        ],
      },
    });
  });
  const kinds = async (datetime: string, body: object = {}) =>
    (
      await succeed(api.appointments.conflicts, { token: clinic.frontDesk, body: { datetime, ...body } })
    ).conflicts.map(({ kind }) => kind);

  it('are those of the clinic: outside of them an appointment has the conflict closed', async () => {
    // Monday, 6 February 2096; Berlin is an hour ahead of UTC
    expect(await kinds('2096-02-06T07:00:00Z')).toEqual([]);
    expect(await kinds('2096-02-06T06:59:00Z')).toEqual(['closed']);
    expect(await kinds('2096-02-06T10:45:00Z')).toEqual([]);
    expect(await kinds('2096-02-06T15:45:00Z')).toEqual(['closed']);
    expect(await kinds('2096-02-07T09:00:00Z')).toEqual(['closed']);
  });

  it('of a practitioner stand in the place of those of the clinic, over midnight too', async () => {
    const body = { practitioner_id: doctor, duration_minutes: 60 };
    expect(await kinds('2096-02-06T22:30:00Z', body)).toEqual([]);
    expect(await kinds('2096-02-06T09:00:00Z', body)).toEqual(['closed']);
  });

  it('are right on the days on which the clock changes', async () => {
    // 25 March 2096: 02:00 becomes 03:00, so 01:00 to 04:00 is two hours
    expect(await kinds('2096-03-25T00:00:00Z', { duration_minutes: 120 })).toEqual([]);
    expect(await kinds('2096-03-25T00:00:00Z', { duration_minutes: 121 })).toEqual(['closed']);
    // 28 October 2096: 03:00 becomes 02:00, so it is four hours
    expect(await kinds('2096-10-27T23:00:00Z', { duration_minutes: 240 })).toEqual([]);
    expect(await kinds('2096-10-27T23:00:00Z', { duration_minutes: 241 })).toEqual(['closed']);
  });

  it('absences and appointments leave the free times, across a change of the clock', async () => {
    const patient_id = (await registerPatient(clinic)).id;
    const { id } = await succeed(api.practitioners.create, {
      token: clinic.admin,
      body: { name: 'Dr. Free' },
    });
    const free = async (body: object) =>
      (
        await succeed(api.appointments.freeSlots, {
          token: clinic.frontDesk,
          body: { practitioner_id: id, ...body },
        })
      ).data.map(({ from }) => from);
    const create = (datetime: string, duration_minutes: number) =>
      succeed(api.appointments.create, {
        token: clinic.frontDesk,
        body: { patient_id, type: 'Visit', practitioner: 'dr. free', datetime, duration_minutes },
      });
    await create('2096-03-26T06:00:00Z', 90);
    await create('2096-03-26T08:00:00Z', 405);
    await succeed(api.absences.create, {
      token: clinic.admin,
      body: { practitioner_id: id, from: '2096-04-02', to: '2096-04-03' },
    });
    // Sunday 25 March (two hours), Monday 26 (08:00 to 17:00, summer time: 06:00 to 15:00 UTC), not Monday 2 April
    expect(await free({ duration_minutes: 60, after: '2096-03-24T12:03:00Z', limit: 4 })).toEqual([
      '2096-03-25T00:00:00.000Z',
      '2096-03-25T01:00:00.000Z',
      '2096-03-31T23:00:00.000Z',
      '2096-04-01T00:00:00.000Z',
    ]);
    expect(await free({ duration_minutes: 15, after: '2096-03-26T06:01:00Z', limit: 3 })).toEqual([
      '2096-03-26T07:30:00.000Z',
      '2096-03-26T07:45:00.000Z',
      '2096-03-26T14:45:00.000Z',
    ]);
    expect(
      await fail(api.appointments.freeSlots, {
        token: clinic.frontDesk,
        body: { practitioner_id: patient_id, duration_minutes: 15, after: '2096-03-26T06:01:00Z' },
      }),
    ).toEqual([422, 'validation_failed']);
  });
});

describe('A clinic that forbids double bookings', () => {
  let clinic: Clinic;
  let patients: string[];
  beforeAll(async () => {
    clinic = await createClinic({ timeZone: 'UTC' });
    patients = await Promise.all(Array.from({ length: 20 }, async () => (await registerPatient(clinic)).id));
    await succeed(api.clinicSettings.update, { token: clinic.admin, body: { double_booking: 'forbid' } });
  });
  const patient = (n: number): string => patients[n] ?? '';

  it('takes exactly one of 20 bookings of one time at once, and tells the others what they conflict with', async () => {
    const answers = await Promise.all(
      patients.map((id) => bookIn(clinic, id)({ practitioner: 'Dr. One', book_anyway: true })),
    );
    const won = answers.filter(({ status }) => status === 201);
    expect(won).toHaveLength(1);
    for (const { status, body } of answers.filter((answer) => !won.includes(answer))) {
      expect(status).toBe(409);
      expect(Refusal.parse(body)).toMatchObject({ code: 'conflict', conflicts: [{ kind: 'practitioner' }] });
    }
  });

  it.each([
    ['practitioner', { practitioner: 'Dr. Two' }, 1],
    ['room', { room: 'Green' }, 1],
    ['patient', {}, 0],
  ])('refuses to save a second one of a %s, by any way', async (kind, same, next) => {
    const clock = { practitioner: '10:00', room: '11:00', patient: '12:00' }[kind] ?? '';
    const first = await bookIn(clinic, patient(0))({ datetime: at(clock), ...same });
    expect(first.status).toBe(201);
    const late = await bookIn(clinic, patient(next))({ datetime: at(clock, '2096-05-10'), ...same });
    const { id } = z.looseObject({ id: z.string() }).parse(late.body);
    for (const choice of [{}, { book_anyway: true }, { book_anyway: false }]) {
      const again = await bookIn(clinic, patient(next))({ datetime: at(clock), ...same, ...choice });
      expect(Refusal.parse(again.body)).toMatchObject({ code: 'conflict', conflicts: [{ kind }] });
      const body = { datetime: at(clock), ...choice };
      expect(await fail(api.appointments.update, { token: clinic.frontDesk, id, body })).toEqual([
        409,
        'conflict',
      ]);
    }
    const cancelled = z.looseObject({ id: z.string() }).parse(first.body).id;
    const request = { token: clinic.frontDesk, id: cancelled, body: { status: 'cancelled' } };
    await succeed(api.appointments.setStatus, request);
    await succeed(api.appointments.update, { token: clinic.frontDesk, id, body: { datetime: at(clock) } });
  });

  it('is guarded in the database, also from SQL of the application role', async () => {
    await bookIn(clinic, patient(2))({ datetime: at('14:00'), room: 'Raw' });
    const client = new pg.Client({ connectionString: runtimeUrls(database.ownerUrl).appUrl });
    await client.connect();
    try {
      const attempt = async (sql: string, values: readonly unknown[]) => {
        await client.query('BEGIN');
        try {
          await client.query(`SELECT set_config('wardbell.tenant_id', $1, true)`, [clinic.id]);
          await client.query(sql, [...values]);
          return 'ok';
        } catch (error) {
          return error instanceof pg.DatabaseError ? error.code : 'failed';
        } finally {
          await client.query('ROLLBACK');
        }
      };
      const insert = `INSERT INTO wardbell.appointment (tenant_id, patient_id, datetime, type, room)
                      VALUES ($1, $2, $3, 'Visit', ' RAW ')`;
      expect(await attempt(insert, [clinic.id, patient(3), at('14:10')])).toBe('23P01');
      expect(await attempt(insert, [clinic.id, patient(3), at('14:30')])).toBe('ok');
      for (const sql of [
        'DELETE FROM wardbell.booking',
        `UPDATE wardbell.clinic_setting SET double_booking = 'allow'`,
        'ALTER TABLE wardbell.appointment DISABLE TRIGGER ALL',
      ])
        expect([sql, await attempt(sql, [])]).toEqual([sql, '42501']);
    } finally {
      await client.end();
    }
  });

  it('lets an appointment go through its statuses, and its times be taken again when it is deleted', async () => {
    const made = await succeed(api.appointments.create, {
      token: clinic.frontDesk,
      body: { patient_id: patient(4), type: 'Visit', datetime: at('18:00'), room: 'Steps' },
    });
    for (const status of ['arrived', 'checked-in'])
      await succeed(api.appointments.setStatus, { token: clinic.frontDesk, id: made.id, body: { status } });
    await ask(api.appointments.remove, { token: clinic.frontDesk, id: made.id });
    expect((await bookIn(clinic, patient(5))({ datetime: at('18:00'), room: 'Steps' })).status).toBe(201);
  });

  it('cannot become one while upcoming appointments overlap: it is told how many and which', async () => {
    const loose = await createClinic();
    const id = (await registerPatient(loose)).id;
    const [first, second] = [await bookIn(loose, id)({}), await bookIn(loose, id)({ datetime: at('09:10') })];
    expect([first.status, second.status]).toEqual([201, 201]);
    // those of the past do not count
    for (const _ of [1, 2]) await bookIn(loose, id)({ datetime: '2020-01-01T09:00:00Z' });
    const forbid = { token: loose.admin, body: { double_booking: 'forbid' } };
    const refused = await ask(api.clinicSettings.update, forbid);
    expect(refused.body).toMatchObject({
      code: 'overlapping_appointments',
      overlaps: 1,
      conflicts: [{ kind: 'patient' }],
    });
    expect(await succeed(api.clinicSettings.get, { token: loose.frontDesk })).toMatchObject({
      double_booking: 'allow',
    });
    const { id: other } = z.looseObject({ id: z.string() }).parse(second.body);
    await succeed(api.appointments.setStatus, {
      token: loose.admin,
      id: other,
      body: { status: 'cancelled' },
    });
    expect(await succeed(api.clinicSettings.update, forbid)).toMatchObject({
      double_booking: 'forbid',
      version: 2,
    });
    expect(await fail(api.clinicSettings.update, { ...forbid, token: loose.frontDesk })).toEqual([
      403,
      'forbidden',
    ]);
    await succeed(api.clinicSettings.update, { token: loose.admin, body: { double_booking: 'allow' } });
    expect((await bookIn(loose, id)({})).status).toBe(201);
  });
});
