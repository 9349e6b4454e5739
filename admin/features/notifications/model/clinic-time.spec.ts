import { hourIn, isQuiet, snoozeTimes } from './clinic-time';

const at = (text: string) => Date.parse(text);
const textOf = (ms: number) => new Date(ms).toISOString();

describe('snoozeTimes', () => {
  it('are those of the clinic, wherever the browser is', () => {
    const times = snoozeTimes('America/New_York', at('2026-01-15T20:00:00Z')); // 15:00
    expect(times.map(({ name, atMs }) => [name, textOf(atMs)])).toEqual([
      ['hour', '2026-01-15T21:00:00.000Z'],
      ['evening', '2026-01-15T23:00:00.000Z'],
      ['morning', '2026-01-16T13:00:00.000Z'],
    ]);
  });

  it('have no evening once it has begun', () => {
    const times = snoozeTimes('Europe/Berlin', at('2026-01-15T17:00:00Z')); // 18:00
    expect(times.map(({ name }) => name)).toEqual(['hour', 'morning']);
  });

  it.each([
    ['2026-03-28T12:00:00Z', '2026-03-29T06:00:00.000Z'],
    ['2026-10-24T12:00:00Z', '2026-10-25T07:00:00.000Z'],
  ])('are right on the morning after the clocks have changed (%s)', (now, morning) => {
    expect(textOf(hourIn('Europe/Berlin', at(now), 1, 8))).toBe(morning);
  });
});

describe('isQuiet', () => {
  const night = { from: '22:00', to: '06:30', time_zone: 'Europe/Berlin' };

  it.each([
    ['2026-01-15T20:59:00Z', false],
    ['2026-01-15T21:00:00Z', true],
    ['2026-01-16T05:29:00Z', true],
    ['2026-01-16T05:30:00Z', false],
  ])('goes over midnight, by the clock of its zone (%s: %s)', (now, quiet) => {
    expect(isQuiet(night, at(now))).toBe(quiet);
  });

  it('is within one day where it ends later than it begins', () => {
    const noon = { from: '12:00', to: '13:00', time_zone: 'UTC' };
    expect([isQuiet(noon, at('2026-01-15T12:30:00Z')), isQuiet(noon, at('2026-01-15T13:00:00Z'))]).toEqual([
      true,
      false,
    ]);
    expect(isQuiet(null, 0)).toBe(false);
  });
});
