import { sampleAppointment } from '../../../../test/support/appointment.js';
import { axesOf, byDate, mondayOf, sameClockOn, weekOf } from './week';

const BERLIN = 'Europe/Berlin';
const at = (datetime: string, more = {}) => sampleAppointment({ id: datetime, datetime, ...more });
const iso = (ms: number) => new Date(ms).toISOString();

describe('a week', () => {
  it('goes from Monday to Sunday, over the ends of months and years', () => {
    expect(mondayOf('2026-01-01')).toBe('2025-12-29');
    expect(mondayOf('2025-12-29')).toBe('2025-12-29');
    expect(weekOf('2026-03-01').at(0)).toBe('2026-02-23');
    expect(weekOf('2026-03-01').at(-1)).toBe('2026-03-01');
  });

  it('has each appointment on the date that the clock of the clinic shows', () => {
    const rows = [
      at('2026-01-11T23:30:00.000Z'),
      at('2026-01-12T22:30:00.000Z'),
      at('2026-01-12T23:30:00.000Z'),
    ];
    const days = byDate(rows, ['2026-01-12', '2026-01-13'], BERLIN);
    expect(days.map((day) => day.length)).toEqual([2, 1]);
  });

  it('moves an appointment by days and keeps the clock time when clocks change', () => {
    const saturday = Date.parse('2026-03-28T08:00:00.000Z'); // 09:00 in Berlin
    expect(iso(sameClockOn(saturday, 1, BERLIN))).toBe('2026-03-29T07:00:00.000Z');
    expect(iso(sameClockOn(saturday, -1, BERLIN))).toBe('2026-03-27T08:00:00.000Z');
  });

  it('shows the same hours of every day, as many as any of them needs', () => {
    const days = [
      { date: '2026-01-12', rows: [at('2026-01-12T04:20:00.000Z')], open: [] },
      { date: '2026-01-13', rows: [at('2026-01-13T19:30:00.000Z')], open: [] },
    ];
    const axes = axesOf(days, 'UTC');
    expect(axes.map(({ startMs, endMs }) => [iso(startMs), iso(endMs)])).toEqual([
      ['2026-01-12T04:00:00.000Z', '2026-01-12T20:00:00.000Z'],
      ['2026-01-13T04:00:00.000Z', '2026-01-13T20:00:00.000Z'],
    ]);
    expect(axes[0]?.hours).toHaveLength(16);
  });

  it('has columns of equal length also when a day has 23 hours', () => {
    const days = ['2026-03-28', '2026-03-29'].map((date) => ({ date, rows: [], open: [] }));
    const [first, second] = axesOf(days, BERLIN);
    expect((first?.endMs ?? 0) - (first?.startMs ?? 0)).toBe((second?.endMs ?? 1) - (second?.startMs ?? 1));
  });
});
