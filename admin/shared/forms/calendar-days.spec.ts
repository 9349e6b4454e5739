import {
  addDays,
  addMonths,
  FIRST_BIRTH_YEAR,
  firstDayOfWeek,
  isCalendarDate,
  weekOf,
  weeksOf,
} from './calendar-days';

describe('the days of a calendar', () => {
  it('are in weeks that begin as the language has it, all days of the month among them and each once', () => {
    expect(weekOf('2026-12-02', 1)).toEqual([
      '2026-11-30',
      '2026-12-01',
      '2026-12-02',
      '2026-12-03',
      '2026-12-04',
      '2026-12-05',
      '2026-12-06',
    ]);
    expect(weekOf('2026-12-02', 7)[0]).toBe('2026-11-29');
    expect(weekOf('2026-12-06', 7)[0]).toBe('2026-12-06');
    for (const firstDay of [1, 6, 7])
      for (let month = 0; month < 48; month++) {
        const day = addMonths('2024-01-31', month);
        const days = weeksOf(day, firstDay).flat();
        expect(new Set(days).size).toBe(days.length);
        const own = days.filter((date) => date.startsWith(day.slice(0, 7)));
        expect(own).toHaveLength(Number(addDays(addMonths(`${day.slice(0, 7)}-01`, 1), -1).slice(8)));
        expect(days.length - own.length).toBeLessThan(14);
      }
  });

  it('go over the ends of months and years', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(addDays('2028-03-01', -1)).toBe('2028-02-29');
  });

  it.each([
    '2026-02-29',
    '2023-02-29',
    '2026-13-01',
    '26-01-01',
    '2026-1-1',
    '',
    '1850-01-01',
    '2200-01-01',
    null,
  ])('do not include %p', (value) => {
    expect(isCalendarDate(value)).toBe(false);
  });

  it('include leap days, and of birth dates those from 1850 on', () => {
    expect(isCalendarDate('2028-02-29')).toBe(true);
    expect(isCalendarDate('2024-02-29')).toBe(true);
    expect(isCalendarDate('1850-01-01', FIRST_BIRTH_YEAR)).toBe(true);
    expect(isCalendarDate('1849-12-31', FIRST_BIRTH_YEAR)).toBe(false);
  });

  it('go by months to the same day, or to the last one of a shorter month', () => {
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect(addMonths('2024-01-31', 1)).toBe('2024-02-29');
    expect(addMonths('2026-01-15', -1)).toBe('2025-12-15');
    expect(addMonths('2024-02-29', -12)).toBe('2023-02-28');
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
  });

  it('begin on Monday in Germany and France and on Sunday in the United States', () => {
    expect(['de-DE', 'fr-FR', 'en-GB', 'en-US'].map(firstDayOfWeek)).toEqual([1, 1, 1, 7]);
  });
});
