import type { AppointmentStatus } from '@wardbell/contract';
import { APPOINTMENT_STATUSES, isAllowedMove } from '@wardbell/contract/appointment-status';
import { sampleAppointment } from '../../../../test/support/appointment.js';
import { countsOf, mayMove, mayReschedule, standingOf, stepsOf, usualStep } from './standing';

const at = (status: AppointmentStatus, datetime = '2026-01-15T09:00:00.000Z') =>
  sampleAppointment({ id: `${status} ${datetime}`, datetime, status, practitioner: null });
const NINE = Date.parse('2026-01-15T09:00:00.000Z');

describe('how an appointment stands', () => {
  it('is late from the first full minute on, while the patient is expected', () => {
    expect(standingOf(at('booked'), NINE + 59_000)).toBe('booked');
    expect(standingOf(at('booked'), NINE + 60_000)).toBe('late');
    expect(standingOf(at('pending'), NINE + 60_000)).toBe('late');
    expect(standingOf(at('arrived'), NINE + 60_000)).toBe('arrived');
    expect(standingOf(at('cancelled'), NINE + 60_000)).toBe('cancelled');
  });

  it('is counted once in what the front desk asks for', () => {
    const rows = APPOINTMENT_STATUSES.map((status) => at(status));
    expect(countsOf([...rows, at('booked', '2026-01-15T12:00:00.000Z')], NINE + 60_000)).toEqual({
      booked: 3,
      late: 2,
      arrived: 3,
      waiting: 1,
    });
  });
});

describe('what can follow', () => {
  it.each(APPOINTMENT_STATUSES)(
    'after %s is what the state machine allows, the usual step first',
    (status) => {
      const steps = stepsOf(status);
      expect(steps.every((step) => isAllowedMove(status, step))).toBe(true);
      expect(new Set(steps).size).toBe(steps.length);
      const usual = usualStep(status);
      if (usual !== undefined) expect(steps[0]).toBe(usual);
    },
  );

  it('is another time only before the patient is there, another room until it is over', () => {
    expect(APPOINTMENT_STATUSES.filter(mayReschedule)).toEqual(['proposed', 'pending', 'booked', 'waitlist']);
    expect(APPOINTMENT_STATUSES.filter(mayMove)).toEqual([
      'proposed',
      'pending',
      'booked',
      'arrived',
      'checked-in',
      'waitlist',
    ]);
  });
});
