import { isPast } from './appointment-order';

const dateOf = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);
const NOW = Date.parse('2026-01-15T09:05:00.000Z');
const past = (datetime: string | null, status: Parameters<typeof isPast>[0]['status']) =>
  isPast({ datetime, status }, NOW, dateOf);

describe('an appointment of a patient', () => {
  it('for a time that has just passed is not past while it is still expected or under way', () => {
    for (const status of ['booked', 'pending', 'arrived', 'checked-in'] as const)
      expect([status, past('2026-01-15T09:00:00.000Z', status)]).toEqual([status, false]);
  });

  it('is past once it is done, missed or cancelled and its time has come', () => {
    for (const status of ['fulfilled', 'noshow', 'cancelled', 'entered-in-error'] as const) {
      expect(past('2026-01-15T09:00:00.000Z', status)).toBe(true);
      expect(past('2026-01-15T10:00:00.000Z', status)).toBe(false);
    }
  });

  it('of an earlier day is past, and one without a time is not', () => {
    expect(past('2026-01-14T09:00:00.000Z', 'booked')).toBe(true);
    expect(past(null, 'waitlist')).toBe(false);
  });
});
