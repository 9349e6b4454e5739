import { dayBounds, fromClock, instantOf, localTimeOf, toClock } from './clock';

const iso = (atMs: number) => new Date(atMs).toISOString();
const HOUR_MS = 3_600_000;

describe('the clock of a time zone', () => {
  it.each([
    ['Europe/Berlin', '2026-01-15', 9 * 60 + 30, '2026-01-15T08:30:00.000Z'],
    ['Europe/Berlin', '2026-07-15', 9 * 60 + 30, '2026-07-15T07:30:00.000Z'],
    ['Asia/Kolkata', '2026-01-15', 0, '2026-01-14T18:30:00.000Z'],
    ['Pacific/Kiritimati', '2026-01-15', 23 * 60 + 59, '2026-01-15T09:59:00.000Z'],
    ['America/Chicago', '2026-11-20', 8 * 60, '2026-11-20T14:00:00.000Z'],
  ])('in %s on %s at minute %i is an instant, and back', (timeZone, date, minute, at) => {
    expect(iso(instantOf({ date, minute }, timeZone))).toBe(at);
    expect(localTimeOf(Date.parse(at), timeZone)).toEqual({ date, minute });
  });

  it('takes the first of two equal times when clocks go back', () => {
    expect(iso(instantOf({ date: '2026-10-25', minute: 150 }, 'Europe/Berlin'))).toBe(
      '2026-10-25T00:30:00.000Z',
    );
    expect(localTimeOf(Date.parse('2026-10-25T01:30:00Z'), 'Europe/Berlin').minute).toBe(150);
  });

  it('goes on as far as is skipped when clocks go forward', () => {
    expect(iso(instantOf({ date: '2026-03-29', minute: 150 }, 'Europe/Berlin'))).toBe(
      '2026-03-29T01:30:00.000Z',
    );
  });
});

describe('a day', () => {
  it.each([
    ['Europe/Berlin', '2026-03-29', 23],
    ['Europe/Berlin', '2026-03-30', 24],
    ['Europe/Berlin', '2026-10-25', 25],
    ['Australia/Lord_Howe', '2026-04-05', 24.5],
    ['America/New_York', '2026-11-01', 25],
  ])('in %s on %s has %d hours', (timeZone, date, hours) => {
    const { startMs, endMs } = dayBounds(date, timeZone);
    expect((endMs - startMs) / HOUR_MS).toBe(hours);
    expect(localTimeOf(startMs, timeZone)).toEqual({ date, minute: 0 });
    expect(localTimeOf(endMs - 60_000, timeZone).date).toBe(date);
  });

  it('begins at its first instant where midnight itself is skipped', () => {
    const { startMs } = dayBounds('2026-04-24', 'Africa/Cairo');
    expect(localTimeOf(startMs, 'Africa/Cairo')).toEqual({ date: '2026-04-24', minute: 60 });
    expect(localTimeOf(startMs - 60_000, 'Africa/Cairo').date).toBe('2026-04-23');
  });
});

describe('times as text', () => {
  it('are read as they are written', () => {
    expect(toClock(485)).toBe('08:05');
    expect(fromClock('08:05')).toBe(485);
    expect(['24:00', '8:05', '08:60', ''].map(fromClock)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
