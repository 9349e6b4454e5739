import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { AppointmentStatus, allowedMoves, api, isAllowedMove } from '@wardbell/contract';
import { database, useServer } from '../../support/fixture.js';
import {
  ask,
  type Clinic,
  committedEvents,
  createClinic,
  everyPage,
  fail,
  registerPatient,
  succeed,
} from './harness.js';

useServer();
const AT = '2026-12-01T09:00:00.000Z';
const statuses = AppointmentStatus.options;
const pairs = statuses.flatMap((from) => statuses.map((to) => [from, to] as const));

describe('Appointments', () => {
  let clinic: Clinic;
  let patientId: string;
  beforeAll(async () => {
    clinic = await createClinic({ timeZone: 'America/New_York' });
    patientId = (await registerPatient(clinic)).id;
  });

  const book = (body: object = {}, token = clinic.clinician) =>
    succeed(api.appointments.create, {
      token,
      body: { patient_id: patientId, datetime: AT, type: 'Visit', ...body },
    });
  /** Straight into a status, as history left it. */
  const standing = async (status: AppointmentStatus) => {
    const { id } = await book();
    await database.query('UPDATE wardbell.appointment SET status = $1 WHERE id = $2', [status, id]);
    return id;
  };
  const read = (id: string, token = clinic.clinician) => succeed(api.appointments.get, { token, id });
  const lastEvent = async (id: string) =>
    (await committedEvents(clinic.id)).filter(({ data }) => data['id'] === id).at(-1);

  // The page of the protocol, written out, so that a slip in the table of moves does not test itself.
  const PROTOCOL: Readonly<Record<AppointmentStatus, string>> = {
    proposed: 'pending booked cancelled',
    waitlist: 'pending booked cancelled',
    pending: 'booked cancelled',
    booked: 'booked arrived checked-in noshow cancelled',
    arrived: 'checked-in fulfilled cancelled',
    'checked-in': 'fulfilled cancelled',
    noshow: 'booked arrived',
    fulfilled: '',
    cancelled: '',
    'entered-in-error': '',
  };

  it.each(statuses)('may move on from %s as the protocol says', (from) => {
    const written = PROTOCOL[from].split(' ').filter((to) => to !== '');
    const expected = from === 'entered-in-error' ? [] : [...written, 'entered-in-error'];
    expect([...allowedMoves(from)].sort()).toEqual(expected.sort());
  });

  it.each(pairs)('%s to %s by POST status', async (from, to) => {
    const id = await standing(from);
    const request = { token: clinic.frontDesk, id, body: { status: to } };
    if (!isAllowedMove(from, to)) {
      expect(await fail(api.appointments.setStatus, request)).toEqual([409, 'invalid_transition']);
      expect((await read(id)).status).toBe(from);
      return;
    }
    const moved = await succeed(api.appointments.setStatus, request);
    expect(moved).toMatchObject({ status: to, version: from === to ? 1 : 2 });
    expect((await lastEvent(id))?.type).toBe(
      from === to
        ? 'appointment_created'
        : to === 'cancelled'
          ? 'appointment_cancelled'
          : 'appointment_updated',
    );
  });

  it.each(pairs)('%s to %s by PATCH', async (from, to) => {
    const id = await standing(from);
    const request = { token: clinic.clinician, id, body: { status: to, room: 'R' } };
    if (from !== to && !isAllowedMove(from, to)) {
      expect(await fail(api.appointments.update, request)).toEqual([409, 'invalid_transition']);
      expect(await read(id)).toMatchObject({ status: from, room: null, version: 1 });
      return;
    }
    expect(await succeed(api.appointments.update, request)).toMatchObject({
      status: to,
      room: 'R',
      version: 2,
    });
    const cancelled = from !== to && to === 'cancelled';
    expect((await lastEvent(id))?.type).toBe(cancelled ? 'appointment_cancelled' : 'appointment_updated');
  });

  it.each(['fulfilled', 'cancelled', 'noshow', 'arrived', 'checked-in', 'entered-in-error'])(
    'do not start as %s',
    async (status) => {
      const body = { patient_id: patientId, datetime: AT, type: 'Visit', status };
      expect(await fail(api.appointments.create, { token: clinic.clinician, body })).toEqual([
        422,
        'validation_failed',
      ]);
    },
  );

  it('have 30 minutes and are booked unless said otherwise', async () => {
    const made = await book();
    expect(made).toEqual({
      id: made.id,
      tenant_id: clinic.id,
      patient_id: patientId,
      datetime: AT,
      board_number: expect.stringMatching(/^[A-Z]\d{4}$/),
      duration_minutes: 30,
      type: 'Visit',
      status: 'booked',
      practitioner: null,
      room: null,
      practitioner_id: null,
      room_id: null,
      type_id: null,
      conflicts: expect.any(Array),
      reason: null,
      cancellation_reason: null,
      version: 1,
      created_at: made.created_at,
      updated_at: made.created_at,
    });
  });

  it.each(['proposed', 'waitlist'])('may be %s without a time', async (status) => {
    const { datetime: _, ...body } = { patient_id: patientId, datetime: AT, type: 'Visit', status };
    const made = await succeed(api.appointments.create, { token: clinic.clinician, body });
    expect(made.datetime).toBeNull();
    expect(
      await fail(api.appointments.setStatus, {
        token: clinic.clinician,
        id: made.id,
        body: { status: 'booked' },
      }),
    ).toEqual([422, 'validation_failed']);
    const booked = await succeed(api.appointments.update, {
      token: clinic.clinician,
      id: made.id,
      body: { status: 'booked', datetime: AT },
    });
    expect(booked).toMatchObject({ status: 'booked', datetime: AT });
  });

  it.each(['booked', 'pending'])('need a time to be %s', async (status) => {
    const body = { patient_id: patientId, type: 'Visit', status };
    expect(await fail(api.appointments.create, { token: clinic.clinician, body })).toEqual([
      422,
      'validation_failed',
    ]);
  });

  it('lose their time only where none is needed', async () => {
    const { id } = await book();
    const body = { datetime: null };
    expect(await fail(api.appointments.update, { token: clinic.clinician, id, body })).toEqual([
      422,
      'validation_failed',
    ]);
  });

  it('are moved while booked, and not once the patient is there', async () => {
    const { id } = await book();
    const moved = await succeed(api.appointments.update, {
      token: clinic.frontDesk,
      id,
      body: { datetime: '2026-12-02T10:00:00+02:00' },
    });
    expect(moved).toMatchObject({ status: 'booked', datetime: '2026-12-02T08:00:00.000Z', version: 2 });
    await succeed(api.appointments.setStatus, {
      token: clinic.frontDesk,
      id,
      body: { status: 'arrived' },
    });
    expect(
      await fail(api.appointments.update, { token: clinic.frontDesk, id, body: { datetime: AT } }),
    ).toEqual([409, 'invalid_transition']);
    // the same instant, written otherwise, is no move
    const same = await succeed(api.appointments.update, {
      token: clinic.frontDesk,
      id,
      body: { datetime: '2026-12-02T09:00:00+01:00' },
    });
    expect(same.version).toBe(3);
  });

  it('tell front desk why they were cancelled, and nobody at the desk why they were made', async () => {
    const { id } = await book({ reason: 'Clinical text' });
    const cancelled = await succeed(api.appointments.setStatus, {
      token: clinic.frontDesk,
      id,
      body: { status: 'cancelled', reason: 'Patient called' },
    });
    expect(cancelled.cancellation_reason).toBe('Patient called');
    expect(cancelled).not.toHaveProperty('reason');
    expect(await read(id)).toMatchObject({ reason: 'Clinical text', cancellation_reason: 'Patient called' });
    for (const request of [
      { endpoint: api.appointments.update, id, body: { reason: 'x' } },
      {
        endpoint: api.appointments.create,
        id: undefined,
        body: { patient_id: patientId, type: 'V', reason: 'x' },
      },
    ]) {
      expect(await fail(request.endpoint, { token: clinic.frontDesk, ...request })).toEqual([
        403,
        'field_not_allowed',
      ]);
    }
  });

  it("know only the own tenant's patients", async () => {
    const other = await createClinic();
    const body = { patient_id: patientId, datetime: AT, type: 'Visit' };
    expect(await fail(api.appointments.create, { token: other.clinician, body })).toEqual([
      422,
      'unknown_patient',
    ]);
    expect(
      await fail(api.appointments.create, {
        token: clinic.clinician,
        body: { ...body, patient_id: randomUUID() },
      }),
    ).toEqual([422, 'unknown_patient']);
  });

  it('stay with their patient', async () => {
    const { id } = await book();
    const body = { patient_id: randomUUID() };
    expect(await fail(api.appointments.update, { token: clinic.clinician, id, body })).toEqual([
      422,
      'validation_failed',
    ]);
  });

  it('are refused when somebody saved a newer version', async () => {
    const { id } = await book();
    const headers = { 'if-match': '"2"' };
    for (const endpoint of [api.appointments.update, api.appointments.remove]) {
      const body = endpoint === api.appointments.update ? { room: 'R' } : undefined;
      expect(await fail(endpoint, { token: clinic.clinician, id, body, headers })).toEqual([
        412,
        'version_mismatch',
      ]);
    }
  });

  it('are deleted with an event that says which', async () => {
    const { id } = await book();
    expect((await ask(api.appointments.remove, { token: clinic.clinician, id })).status).toBe(204);
    const last = (await committedEvents(clinic.id)).at(-1);
    expect([last?.type, last?.data]).toEqual([
      'appointment_deleted',
      { appointment_id: id, tenant_id: clinic.id, version: 2 },
    ]);
    expect(await fail(api.appointments.get, { token: clinic.clinician, id })).toEqual([404, 'not_found']);
  });

  it('of one moment are changed by one of two people, not by both', async () => {
    const { id } = await book();
    const answers = await Promise.all(
      ['arrived', 'noshow', 'cancelled'].map((status) =>
        ask(api.appointments.setStatus, { token: clinic.frontDesk, id, body: { status } }),
      ),
    );
    const passed = answers.filter(({ status }) => status === 200);
    // whoever comes first decides what may follow: noshow and arrived lead on, cancelled does not
    const final = await read(id);
    expect(final.version).toBe(1 + passed.length);
    expect((await lastEvent(id))?.data).toMatchObject({ status: final.status, version: final.version });
  });

  describe('of a day', () => {
    let own: Clinic;
    let patient: string;
    // New York is at UTC-5 then; on 1 November 2026 it changes from UTC-4.
    const TIMES = [
      '2026-11-01T03:59:00.000Z', // 31 October, 23:59
      '2026-11-01T04:00:00.000Z', // 1 November, 00:00
      '2026-11-02T04:59:00.000Z', // 1 November, 23:59
      '2026-11-02T05:00:00.000Z', // 2 November, 00:00
    ];
    beforeAll(async () => {
      own = await createClinic({ timeZone: 'America/New_York' });
      patient = (await registerPatient(own)).id;
      for (const datetime of [...TIMES].reverse()) {
        await succeed(api.appointments.create, {
          token: own.clinician,
          body: { patient_id: patient, datetime, type: 'Visit' },
        });
      }
      await succeed(api.appointments.create, {
        token: own.clinician,
        body: { patient_id: patient, status: 'waitlist', type: 'Visit' },
      });
    });
    const times = async (query: Record<string, string | number>) => {
      const page = await succeed(api.appointments.list, { token: own.clinician, query });
      return page.data.map(({ datetime }) => datetime);
    };

    it('begin and end by the clock of the clinic, also when it changes', async () => {
      expect(await times({ from: '2026-11-01', to: '2026-11-02' })).toEqual(TIMES.slice(1, 3));
      expect(await times({ from: '2026-11-01' })).toEqual(TIMES.slice(1));
      expect(await times({ to: '2026-11-01' })).toEqual(TIMES.slice(0, 1));
    });

    it('are found by instants too, the end being excluded', async () => {
      expect(await times({ from: TIMES[1] ?? '', to: TIMES[3] ?? '' })).toEqual(TIMES.slice(1, 3));
      expect(await times({ from: '2026-11-01T00:00:00-04:00', to: '2026-11-01T00:00:01-04:00' })).toEqual([
        TIMES[1],
      ]);
    });

    it('come by time, those without one last, page by page', async () => {
      expect(await times({})).toEqual([...TIMES, null]);
      const inPages = await everyPage(api.appointments.list, {
        token: own.clinician,
        query: { limit: 2 },
      });
      expect(inPages.map(({ datetime }) => datetime)).toEqual([...TIMES, null]);
    });

    it('without a time are found by that alone, page by page', async () => {
      expect(await times({ untimed: 'true' })).toEqual([null]);
      expect(await times({ untimed: 'true', status: 'waitlist' })).toEqual([null]);
      expect(await times({ untimed: 'true', status: 'proposed' })).toEqual([]);
      expect(await times({ untimed: 'true', to: '2027-01-01' })).toEqual([]);
      expect(await times({ untimed: 'false' })).toEqual([...TIMES, null]);
      const clinic = await createClinic();
      const { id } = await registerPatient(clinic);
      const body = { patient_id: id, status: 'proposed', type: 'Visit' };
      for (const _ of [1, 2]) {
        await succeed(api.appointments.create, { token: clinic.clinician, body });
      }
      const query = { untimed: 'true', limit: 1 };
      const first = await succeed(api.appointments.list, { token: clinic.clinician, query });
      const second = await succeed(api.appointments.list, {
        token: clinic.clinician,
        query: { ...query, after: first.next ?? '' },
      });
      expect(new Set([...first.data, ...second.data].map((row) => row.id)).size).toBe(2);
      expect(second.next).toBeNull();
    });

    it('are narrowed by patient and status', async () => {
      const other = await registerPatient(own);
      expect(await times({ patient_id: other.id })).toEqual([]);
      expect(await times({ patient_id: patient, status: 'waitlist' })).toEqual([null]);
      expect(await times({ status: 'booked' })).toEqual(TIMES);
    });
  });
});
