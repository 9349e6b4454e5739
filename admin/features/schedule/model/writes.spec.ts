import type { Appointment } from '@wardbell/contract';
import { sampleAppointment } from '../../../../test/support/appointment.js';
import { ApiError } from '../../../shared/api/failure';
import { AppointmentWrites, undoBodyOf, undoBodyOfSave, type Write } from './writes';

const booked = sampleAppointment({ version: 4 });
const at = (datetime: string): Write => ({ kind: 'place', placement: { datetime } });
const NINE = '2026-01-15T09:00:00.000Z';
const TEN = '2026-01-15T10:00:00.000Z';
const ELEVEN = '2026-01-15T11:00:00.000Z';

/** What is sent waits for the answer that the test gives. */
const openWrites = () => {
  const requests: { version: number; write: Write; settle: (answer: Appointment | Error) => void }[] = [];
  const refusals: unknown[] = [];
  const writes = new AppointmentWrites(
    ({ version }, write) =>
      new Promise((resolve, reject) => {
        const settle = (answer: Appointment | Error) =>
          answer instanceof Error ? reject(answer) : resolve(answer);
        requests.push({ version, write, settle });
      }),
    (error) => refusals.push(error),
  );
  const settle = async (answer: Appointment | Error) => {
    requests.at(-1)?.settle(answer);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  return { writes, requests, refusals, settle };
};

describe('writes of the schedule', () => {
  it('are shown at once and until the stream has brought them', async () => {
    const { writes, settle } = openWrites();
    writes.write(booked, at(TEN));
    expect(writes.shown(booked).datetime).toBe(TEN);
    await settle({ ...booked, datetime: TEN, version: 5 });
    expect(writes.shown(booked)).toMatchObject({ datetime: TEN, version: 5 });
    const newer = { ...booked, datetime: ELEVEN, version: 6 };
    expect(writes.shown(newer)).toEqual(newer);
  });

  it('are sent one after the other, moves that wait as one, each against the version before', async () => {
    const { writes, requests, settle } = openWrites();
    writes.write(booked, at(NINE));
    writes.write(booked, at(TEN));
    writes.write(booked, at(ELEVEN));
    expect(requests).toHaveLength(1);
    expect(writes.shown(booked).datetime).toBe(ELEVEN);
    await settle({ ...booked, datetime: NINE, version: 5 });
    expect(requests.map(({ version, write }) => ({ version, write }))).toEqual([
      { version: 4, write: at(NINE) },
      { version: 5, write: at(ELEVEN) },
    ]);
  });

  it('roll back together when one is refused', async () => {
    const { writes, requests, refusals, settle } = openWrites();
    writes.write(booked, at(TEN));
    writes.write(booked, { kind: 'status', status: 'arrived' });
    expect(writes.shown(booked)).toMatchObject({ datetime: TEN, status: 'arrived' });
    const refusal = new ApiError({ status: 412, code: 'version_mismatch' });
    await settle(refusal);
    expect(writes.shown(booked)).toEqual(booked);
    expect(requests).toHaveLength(1);
    expect(refusals).toEqual([refusal]);
  });

  it('answer with the row that they made, together when they became one, and reject when they were refused', async () => {
    const { writes, settle } = openWrites();
    const first = writes.write(booked, at(TEN));
    const [second, third] = [writes.write(booked, at(ELEVEN)), writes.write(booked, at(NINE))];
    await settle({ ...booked, datetime: TEN, version: 5 });
    expect((await first).version).toBe(5);
    await settle({ ...booked, datetime: NINE, version: 6 });
    expect([(await second).version, (await third).version]).toEqual([6, 6]);
    const failed = writes.write({ ...booked, version: 6 }, at(TEN));
    const behind = writes.write({ ...booked, version: 6 }, { kind: 'status', status: 'arrived' });
    await settle(new Error('refused'));
    await expect(failed).rejects.toThrow('refused');
    await expect(behind).rejects.toThrow('refused');
  });

  it('are undone by what was there before; what is final is not', () => {
    expect(undoBodyOf(booked, { kind: 'place', placement: { datetime: TEN, room: 'R' } })).toEqual({
      datetime: NINE,
      room: null,
    });
    expect(undoBodyOf(booked, { kind: 'status', status: 'cancelled', reason: 'slip' })).toEqual({
      status: 'booked',
      cancellation_reason: null,
    });
    expect(undoBodyOf(booked, { kind: 'status', status: 'entered-in-error' })).toBeNull();
    const waiting = { ...booked, datetime: null, status: 'waitlist' as const };
    expect(undoBodyOf(waiting, { kind: 'place', placement: { datetime: TEN }, status: 'booked' })).toEqual({
      datetime: null,
      status: 'waitlist',
      cancellation_reason: null,
    });
  });

  it('of the form are undone as a whole, unless a colleague has saved between', () => {
    const saved = { ...booked, datetime: TEN, type: 'Follow-up', version: 5 };
    expect(undoBodyOfSave(booked, saved)).toEqual({ datetime: NINE, type: 'Check-up' });
    expect(undoBodyOfSave(booked, { ...saved, version: 6 })).toBeNull();
    expect(undoBodyOfSave(booked, { ...booked, type: 'Follow-up', version: 5 })).toBeNull();
  });
});
