import { AppointmentStatus, isAllowedMove } from '@wardbell/contract';
import fc from 'fast-check';
import { sampleAppointment } from '../../../../test/support/appointment.js';
import { changeOf, type Locked } from './appointment-change.js';
import { type StatusStep, UNDO_STEP_MS } from './status-steps.js';

const START = Date.parse('2026-12-01T09:00:00.000Z');
const BASE = sampleAppointment({ datetime: '2026-12-01T10:00:00.000Z', reason: null });

/** A row as the database holds it: the last step is told from the steps. */
const rowOf = (status: AppointmentStatus, steps: readonly StatusStep[], nowMs: number): Locked => {
  const last = steps.at(-1);
  const told = last && {
    previous_status: last.from,
    undo_until: new Date(Date.parse(last.at) + UNDO_STEP_MS).toISOString(),
  };
  return { appointment: { ...BASE, status, ...told }, steps, now: new Date(nowMs) };
};
const tried = (locked: Locked, status: AppointmentStatus) => {
  try {
    return changeOf(locked, { status });
  } catch {
    return null;
  }
};

const walk = fc.array(
  fc.record({
    to: fc.constantFrom(...AppointmentStatus.options),
    waitMs: fc.constantFrom(0, 60_000, UNDO_STEP_MS / 2, UNDO_STEP_MS, UNDO_STEP_MS + 1),
  }),
  { maxLength: 40 },
);
const initial = fc.constantFrom('proposed', 'pending', 'waitlist', 'booked');

describe('changeOf, over any walk through the statuses', () => {
  it('goes back only to a status that the appointment has had, or one back on the usual way, within 15 minutes', () => {
    const ONE_BACK = new Map([
      ['arrived', 'booked'],
      ['checked-in', 'arrived'],
      ['fulfilled', 'checked-in'],
    ]);
    fc.assert(
      fc.property(initial, walk, (start, moves) => {
        let locked = rowOf(start, [], START);
        let nowMs = START;
        const had: { status: AppointmentStatus; leftMs: number }[] = [];
        for (const { to, waitMs } of moves) {
          nowMs += waitMs;
          locked = { ...locked, now: new Date(nowMs) };
          const from = locked.appointment.status;
          const change = tried(locked, to);
          if (!change) continue;
          expect(from).not.toBe('entered-in-error');
          if (change.undone) {
            const recent = had.filter(({ leftMs }) => nowMs - leftMs <= UNDO_STEP_MS);
            expect(recent.length).toBeGreaterThan(0);
            expect(recent.some(({ status }) => status === to) || ONE_BACK.get(from) === to).toBe(true);
            expect(change.next.cancellation_reason).toBeNull();
          } else expect(isAllowedMove(from, to)).toBe(true);
          had.push({ status: from, leftMs: nowMs });
          locked = rowOf(to, change.steps, nowMs);
        }
      }),
    );
  });

  it('undoes any step at once, except that into entered-in-error, and knows then what it knew before', () => {
    fc.assert(
      fc.property(initial, walk, (start, moves) => {
        let locked = rowOf(start, [], START);
        let nowMs = START;
        for (const { to, waitMs } of moves) {
          nowMs += waitMs;
          locked = { ...locked, now: new Date(nowMs) };
          const change = tried(locked, to);
          if (!change) continue;
          const after = rowOf(to, change.steps, nowMs);
          const back = tried(after, locked.appointment.status);
          if (to === 'entered-in-error') expect(back).toBeNull();
          else if (!change.undone) {
            expect(back?.undone).toEqual({ undone: to, back_to: locked.appointment.status });
            const open = locked.steps.filter(({ at }) => nowMs <= Date.parse(at) + UNDO_STEP_MS);
            expect(back?.steps).toEqual(open.slice(-9));
          }
          locked = after;
        }
      }),
    );
  });
});
