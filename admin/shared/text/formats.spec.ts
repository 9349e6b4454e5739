import { writeTime } from '../forms/typed-time';
import { ageOn, createFormats, isSameClock, todayIn } from './formats';

describe('dates in the time zone of the clinic', () => {
  it('takes the day of the clinic, not of the machine', () => {
    const lateInLondon = Date.parse('2026-03-01T23:30:00Z');
    expect(todayIn('Europe/London', lateInLondon)).toBe('2026-03-01');
    expect(todayIn('Pacific/Auckland', lateInLondon)).toBe('2026-03-02');
    expect(todayIn('America/Los_Angeles', lateInLondon)).toBe('2026-03-01');
  });

  it('writes a moment by the clock of the clinic', () => {
    const formats = createFormats('en-GB', 'Asia/Kolkata');
    expect(formats.dateTime('2026-01-15T10:35:00.123Z')).toBe('15 Jan 2026, 16:05:00');
  });

  it('names the zone of an appointment and of a moment for readers whose clock shows another time', () => {
    const at = '2026-01-15T10:35:00Z';
    expect(createFormats('en-GB', 'Europe/Paris').day(at)).toBe('Thu, 15 Jan 2026, 11:35');
    expect(createFormats('en-GB', 'Europe/Paris', true).day(at)).toBe('Thu, 15 Jan 2026, 11:35 CET');
    expect(createFormats('en-GB', 'Europe/Paris').dateTime(at)).toBe('15 Jan 2026, 11:35:00');
    expect(createFormats('en-GB', 'Europe/Paris', true).dateTime(at)).toBe('15 Jan 2026, 11:35:00 CET');
    expect(createFormats('en-GB', 'Europe/Paris', true).listedTime(at)).toBe('15 Jan 2026, 11:35:00');
    expect(isSameClock('Europe/Paris', 'Europe/Berlin')).toBe(true);
    expect(isSameClock('Europe/Paris', 'Europe/London')).toBe(false);
    // The same in winter, another in summer.
    expect(isSameClock('Europe/Paris', 'Africa/Algiers')).toBe(false);
  });

  it('writes dates as they are written in France', () => {
    const formats = createFormats('fr', 'Europe/Paris');
    expect(formats.date('1984-03-12')).toBe('12 mars 1984');
    expect(formats.day('2026-01-15T10:35:00Z')).toBe('jeu. 15 janv. 2026, 11:35');
    expect(formats.number(12_345)).toBe('12\u202f345');
  });

  it.each([
    ['de', '08:45'],
    ['de-AT', '08:45'],
    ['fr', '08:45'],
    ['en-GB', '08:45'],
    ['en-US', '8:45 AM'],
  ])('writes one time in the same form everywhere in %s', (locale, clock) => {
    const at = '2026-11-30T07:45:00Z';
    const formats = createFormats(locale, 'Europe/Berlin');
    expect(formats.clock(at)).toBe(clock);
    expect(writeTime('08:45', locale)).toBe(clock);
    const hours = clock.split(':')[0];
    for (const said of [formats.day(at), formats.time(at), formats.dateTime(at)])
      expect(/(\d+):45/.exec(said)?.[1]).toBe(hours);
  });

  it('writes a birth date as it is, whatever the time zone', () => {
    for (const timeZone of ['Pacific/Kiritimati', 'UTC', 'Pacific/Pago_Pago']) {
      expect(createFormats('en-GB', timeZone).date('1984-03-12')).toBe('12 Mar 1984');
    }
  });
});

describe('ageOn', () => {
  it('counts full years up to the birthday itself', () => {
    expect(ageOn('1984-03-12', '2026-03-11')).toBe(41);
    expect(ageOn('1984-03-12', '2026-03-12')).toBe(42);
    expect(ageOn('2026-03-01', '2026-03-02')).toBe(0);
  });

  it('lets those born on a leap day grow older on the first of March', () => {
    expect(ageOn('2000-02-29', '2026-02-28')).toBe(25);
    expect(ageOn('2000-02-29', '2026-03-01')).toBe(26);
  });
});

describe('ago', () => {
  const formats = createFormats('en-GB', 'UTC');
  const now = Date.parse('2026-11-20T12:00:00Z');

  it('grows coarser with distance and becomes a date after a week', () => {
    expect(formats.ago(now - 20_000, now)).toBe('now');
    expect(formats.ago(now - 5 * 60_000, now)).toBe('5 min ago');
    expect(formats.ago(now - 3 * 3_600_000, now)).toBe('3 hr ago');
    expect(formats.ago(now - 30 * 3_600_000, now)).toBe('yesterday');
    expect(formats.ago(now - 9 * 86_400_000, now)).toBe('11 Nov 2026');
  });

  it('says now, not the future, when the clocks of server and browser differ', () => {
    expect(formats.ago(now + 90_000, now)).toBe('now');
  });
});
