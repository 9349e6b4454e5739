import { axisOf, openingMs } from './axis';
import { localTimeOf } from './clock';

const BERLIN = 'Europe/Berlin';
const iso = (atMs: number) => new Date(atMs).toISOString();
const at = (datetime: string, duration_minutes = 30) => ({ datetime, duration_minutes });

describe('the axis of a day', () => {
  it('shows the usual hours of an empty day', () => {
    const axis = axisOf('2026-01-15', BERLIN, []);
    expect([iso(axis.startMs), iso(axis.endMs)]).toEqual([
      '2026-01-15T06:00:00.000Z',
      '2026-01-15T18:00:00.000Z',
    ]);
    expect(axis.hours).toHaveLength(12);
  });

  it('grows by whole hours to show everything, and no further than the day', () => {
    const rows = [at('2026-01-15T04:20:00.000Z'), at('2026-01-15T22:30:00.000Z', 120)];
    const axis = axisOf('2026-01-15', BERLIN, rows);
    expect([iso(axis.startMs), iso(axis.endMs)]).toEqual([
      '2026-01-15T04:00:00.000Z',
      '2026-01-15T23:00:00.000Z',
    ]);
  });

  it('has each hour that the clock shows when it is put back and forward', () => {
    const shown = (date: string, row: string) =>
      axisOf(date, BERLIN, [at(row)])
        .hours.slice(0, 5)
        .map((hour) => localTimeOf(hour, BERLIN).minute / 60);
    expect(shown('2026-10-25', '2026-10-24T22:10:00.000Z')).toEqual([0, 1, 2, 2, 3]);
    expect(shown('2026-03-29', '2026-03-28T23:10:00.000Z')).toEqual([0, 1, 3, 4, 5]);
  });
});

describe('a day on the screen', () => {
  const DAY = '2026-01-15';
  const ms = (clock: string) => Date.parse(`${DAY}T${clock}:00.000Z`);
  const open = [{ startMs: ms('08:00'), endMs: ms('17:00') }];
  const opens = (now: string | null, rows: readonly string[], hours = open) => {
    const timed = rows.map((clock) => at(`${DAY}T${clock}:00.000Z`));
    const axis = axisOf(DAY, 'UTC', timed, hours);
    return iso(openingMs(axis, now === null ? null : ms(now), timed, hours)).slice(11, 16);
  };

  it('opens at the office hours, or at an appointment before them', () => {
    expect(opens(null, [])).toBe('08:00');
    expect(opens(null, ['11:00'])).toBe('08:00');
    expect(opens(null, ['06:30', '11:00'])).toBe('06:15');
  });

  it('opens an hour before now, and not before the office hours', () => {
    expect(opens('14:20', ['09:00'])).toBe('13:20');
    expect(opens('08:20', ['09:00'])).toBe('08:00');
  });

  it('opens at its first appointment where there are no office hours', () => {
    expect(opens(null, ['11:00'], [])).toBe('10:45');
  });
});
