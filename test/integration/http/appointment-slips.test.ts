import { beforeAll, describe, expect, it } from '@jest/globals';
import { AppointmentStatus, api, isAllowedMove } from '@wardbell/contract';
import { database, useServer } from '../../support/fixture.js';
import {
  ask,
  type Clinic,
  committedEvents,
  createClinic,
  fail,
  registerPatient,
  succeed,
} from './harness.js';

useServer();
const AT = '2026-12-01T09:00:00.000Z';
const statuses = AppointmentStatus.options;
const pairs = statuses.flatMap((from) => statuses.map((to) => [from, to] as const));

/** The last step of the usual way into each status, and where it may go back to; written out, so that no table tests itself. */
const LAST_STEP: Readonly<Record<AppointmentStatus, { from: AppointmentStatus; back: string }>> = {
  proposed: { from: 'pending', back: 'pending' },
  waitlist: { from: 'booked', back: 'booked' },
  pending: { from: 'proposed', back: 'proposed' },
  booked: { from: 'pending', back: 'pending' },
  arrived: { from: 'booked', back: 'booked' },
  'checked-in': { from: 'arrived', back: 'arrived' },
  fulfilled: { from: 'checked-in', back: 'checked-in' },
  cancelled: { from: 'waitlist', back: 'waitlist' },
  noshow: { from: 'booked', back: 'booked' },
  'entered-in-error': { from: 'booked', back: '' },
};

describe('A slip in the status', () => {
  let clinic: Clinic;
  let patientId: string;
  beforeAll(async () => {
    clinic = await createClinic();
    patientId = (await registerPatient(clinic)).id;
  });

  const book = (body: object = {}) =>
    succeed(api.appointments.create, {
      token: clinic.frontDesk,
      body: { patient_id: patientId, datetime: AT, type: 'Visit', ...body },
    });
  const step = (id: string, status: AppointmentStatus, reason?: string) =>
    succeed(api.appointments.setStatus, { token: clinic.frontDesk, id, body: { status, reason } });
  const refused = (id: string, status: AppointmentStatus) =>
    fail(api.appointments.setStatus, { token: clinic.frontDesk, id, body: { status } });
  const read = (id: string) => succeed(api.appointments.get, { token: clinic.clinician, id });
  /** Makes all steps older by the database's clock. */
  const age = (id: string, seconds: number) =>
    database.query(
      `UPDATE wardbell.appointment SET status_steps = (
         SELECT jsonb_agg(jsonb_build_object('from', s->>'from', 'at', (s->>'at')::timestamptz - make_interval(secs => $2))
                          ORDER BY n)
         FROM jsonb_array_elements(status_steps) WITH ORDINALITY AS steps (s, n))
       WHERE id = $1`,
      [id, seconds],
    );
  const audits = (id: string) =>
    database.query<{ action: string; changed: string[]; details: unknown }>(
      'SELECT action, changed, details FROM wardbell.audit WHERE object_id = $1 ORDER BY seq',
      [id],
    );
  const eventsOf = async (id: string) =>
    (await committedEvents(clinic.id)).filter(({ data }) => data['id'] === id);

  describe.each([
    ['14 minutes', 14 * 60, true],
    ['16 minutes', 16 * 60, false],
  ])('of %s ago', (_, seconds, inTime) => {
    describe.each(['POST status', 'PATCH'])('by %s', (by) => {
      it.each(pairs)('%s to %s', async (from, to) => {
        const { id } = await book();
        await database.query(
          `UPDATE wardbell.appointment SET status = $1, cancellation_reason = 'why',
             status_steps = jsonb_build_array(jsonb_build_object('from', $2::text,
               'at', clock_timestamp() - make_interval(secs => $3))) WHERE id = $4`,
          [from, LAST_STEP[from].from, seconds, id],
        );
        const isBack = inTime && from !== to && LAST_STEP[from].back === to;
        const endpoint = by === 'PATCH' ? api.appointments.update : api.appointments.setStatus;
        const request = { token: clinic.clinician, id, body: { status: to } };
        const isSame = from === to && (by === 'PATCH' || from === 'booked');
        if (!isSame && !isBack && !isAllowedMove(from, to)) {
          expect(await fail(endpoint, request)).toEqual([409, 'invalid_transition']);
          expect(await read(id)).toMatchObject({ status: from, version: 1 });
          return;
        }
        expect(await succeed(endpoint, request)).toMatchObject({
          status: to,
          version: isSame ? 1 : 2,
          cancellation_reason: isBack ? null : 'why',
        });
      });
    });
  });

  it('is undone step by step, each while its own 15 minutes last', async () => {
    const { id } = await book();
    expect(await read(id)).not.toHaveProperty('undo_until');
    await step(id, 'arrived');
    await age(id, 600);
    const here = await step(id, 'checked-in');
    expect(here.previous_status).toBe('arrived');
    const arrived = await step(id, 'arrived');
    expect(arrived.previous_status).toBe('booked');
    // made ten minutes before the other
    expect(Date.parse(arrived.undo_until ?? '')).toBeLessThan(Date.parse(here.undo_until ?? '') - 590_000);
    await age(id, 400);
    expect(await refused(id, 'booked')).toEqual([409, 'invalid_transition']);
    expect((await step(id, 'checked-in')).previous_status).toBe('arrived');
    expect((await step(id, 'arrived')).previous_status).toBeUndefined();
  });

  it('goes back all the way within the time, and is then as if nothing had been done', async () => {
    const { id } = await book({ status: 'pending' });
    const made = await read(id);
    for (const status of ['booked', 'arrived', 'checked-in', 'fulfilled'] as const) await step(id, status);
    for (const status of ['checked-in', 'arrived', 'booked', 'pending'] as const) await step(id, status);
    const { version, updated_at, ...rest } = await read(id);
    const { version: _, updated_at: __, reason: ___, ...before } = { reason: null, ...made };
    expect([version, updated_at > made.updated_at]).toEqual([9, true]);
    expect(rest).toEqual({ ...before, reason: null });
  });

  it('that left out a status goes back to what it was, or one back on the usual way', async () => {
    const first = await book();
    await step(first.id, 'checked-in');
    expect(await step(first.id, 'booked')).toMatchObject({ status: 'booked' });
    const second = await book();
    await step(second.id, 'checked-in');
    expect(await step(second.id, 'arrived')).toMatchObject({ previous_status: 'booked' });
    expect(await step(second.id, 'booked')).not.toHaveProperty('previous_status');
  });

  it.each(['cancelled', 'noshow'] as const)('%s takes the reason with it', async (status) => {
    const { id } = await book();
    expect(await step(id, status, 'wrong row')).toMatchObject({ cancellation_reason: 'wrong row' });
    expect(await step(id, 'booked')).toMatchObject({ status: 'booked', cancellation_reason: null });
    await step(id, status, 'wrong row');
    expect(await step(id, 'booked', 'a slip')).toMatchObject({ cancellation_reason: 'a slip' });
  });

  it('is undone by an ordinary event, and the audit log names the step', async () => {
    const { id } = await book();
    await step(id, 'cancelled', 'wrong row');
    const back = await step(id, 'booked');
    const events = await eventsOf(id);
    expect(events.map(({ type }) => type)).toEqual([
      'appointment_created',
      'appointment_cancelled',
      'appointment_updated',
    ]);
    expect(events.at(-1)?.data).toMatchObject({ status: 'booked', version: back.version });
    expect((await audits(id)).at(-1)).toEqual({
      action: 'appointment.update',
      changed: ['status', 'cancellation_reason'],
      details: { undone: 'cancelled', back_to: 'booked' },
    });
    expect((await audits(id))[1]?.details).toBeNull();
  });

  it('is undone together with the time that it brought', async () => {
    const waiting = await book({ status: 'waitlist', datetime: undefined });
    const patch = (body: object) =>
      succeed(api.appointments.update, { token: clinic.frontDesk, id: waiting.id, body });
    await patch({ status: 'booked', datetime: AT, practitioner: 'Dr. Berg' });
    expect(
      await fail(api.appointments.update, {
        token: clinic.frontDesk,
        id: waiting.id,
        body: { status: 'arrived', datetime: null },
      }),
    ).toEqual([409, 'invalid_transition']);
    expect(await patch({ status: 'waitlist', datetime: null, practitioner: null })).toMatchObject({
      status: 'waitlist',
      datetime: null,
    });
  });

  it('never loses a time that has to be there', async () => {
    const { id } = await book({ status: 'pending' });
    await succeed(api.appointments.setStatus, {
      token: clinic.frontDesk,
      id,
      body: { status: 'cancelled' },
    });
    await database.query('UPDATE wardbell.appointment SET datetime = NULL WHERE id = $1', [id]);
    expect(await refused(id, 'pending')).toEqual([422, 'validation_failed']);
  });

  it('is undone once when two people undo it at one moment', async () => {
    const { id } = await book();
    const { version } = await step(id, 'cancelled');
    const answers = await Promise.all(
      [1, 2].map(() =>
        ask(api.appointments.setStatus, {
          token: clinic.frontDesk,
          id,
          body: { status: 'booked' },
          headers: { 'if-match': `"${version}"` },
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('can still be undone after the patient was deleted and restored', async () => {
    const { id: patient } = await registerPatient(clinic);
    const { id } = await book({ patient_id: patient });
    await step(id, 'arrived');
    await ask(api.patients.remove, { token: clinic.admin, id: patient });
    await succeed(api.patients.restore, { token: clinic.admin, id: patient });
    expect(await step(id, 'booked')).toMatchObject({ status: 'booked' });
  });

  it('of a row from before this was recorded stays as it is', async () => {
    const { id } = await book();
    await database.query("UPDATE wardbell.appointment SET status = 'fulfilled' WHERE id = $1", [id]);
    expect(await refused(id, 'checked-in')).toEqual([409, 'invalid_transition']);
  });

  it('leaves a bounded number of steps behind', async () => {
    const { id } = await book();
    for (let round = 0; round < 12; round++) {
      await database.query(
        "UPDATE wardbell.appointment SET status = 'noshow', status_steps = status_steps || $2 WHERE id = $1",
        [id, JSON.stringify([{ from: 'arrived', at: new Date().toISOString() }])],
      );
      await step(id, 'booked');
    }
    const rows = await database.query<{ n: number }>(
      'SELECT jsonb_array_length(status_steps) AS n FROM wardbell.appointment WHERE id = $1',
      [id],
    );
    expect(rows[0]?.n).toBe(10);
  });
});
