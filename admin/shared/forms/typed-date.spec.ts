import { createFormats } from '../text/formats';
import { isWholeDate, readDate } from './typed-date';

const today = '2026-12-01';
const reader =
  (locale: string, isPast = false) =>
  (text: string) =>
    readDate(text, { locale, today, isPast });

describe('a date that somebody typed', () => {
  it('is read as the language writes it: day first or month first', () => {
    for (const text of ['3.4.1961', '03.04.1961', '3/4/1961', '03 04 1961', '3-4-1961', '03041961'])
      expect([text, reader('de-DE')(text)]).toEqual([text, '1961-04-03']);
    expect(reader('en-GB')('03/04/1961')).toBe('1961-04-03');
    expect(reader('fr-FR')('03/04/1961')).toBe('1961-04-03');
    expect(reader('en-US')('04/03/1961')).toBe('1961-04-03');
    expect(reader('en-US')('04031961')).toBe('1961-04-03');
    // dots stand between day and month wherever they are used
    expect(reader('en-US')('3.4.1961')).toBe('1961-04-03');
    // only one order makes a date of it
    expect(reader('en-US')('24/12/2026')).toBe('2026-12-24');
    expect(reader('de-DE')('12/24/2026')).toBe('2026-12-24');
  });

  it('is read in the order of day and month that the region has after a name of the month, also where it writes the year first', () => {
    for (const locale of ['en-ZA', 'en-SE', 'fr-CA', 'en-GB', 'de', 'fr'])
      expect([locale, reader(locale)('03/04/1961')]).toEqual([locale, '1961-04-03']);
    for (const locale of ['en-US', 'en-CA'])
      expect([locale, reader(locale)('03/04/1961')]).toEqual([locale, '1961-03-04']);
  });

  it('is read with the year first in every language', () => {
    for (const locale of ['de-DE', 'en-GB', 'en-US', 'fr-FR'])
      for (const text of ['1961-04-03', '1961-4-3', '1961/04/03', ' 1961-04-03 ', '19610403'])
        expect([locale, text, reader(locale)(text)]).toEqual([locale, text, '1961-04-03']);
  });

  it('may name the month, whole or shortened, with or without accents', () => {
    expect(reader('en-GB')('3 April 1961')).toBe('1961-04-03');
    expect(reader('en-US')('apr 3rd, 1961')).toBe('1961-04-03');
    expect(reader('de-DE')('3. März 1961')).toBe('1961-03-03');
    expect(reader('fr-FR')('1er aout 1961')).toBe('1961-08-01');
    // juin or juillet
    expect(reader('fr-FR')('3 jui 1961')).toBeNull();
    expect(reader('de-DE')('3 smarch 1961')).toBeNull();
  });

  it('is understood as the console itself writes it, each day of a month of each year of 12 in every region', () => {
    for (const locale of [
      'de',
      'de-AT',
      'de-CH',
      'en',
      'en-GB',
      'en-US',
      'en-CA',
      'en-AU',
      'en-IN',
      'en-ZA',
      'en-IE',
      'en-NZ',
      'fr',
      'fr-BE',
      'fr-CA',
      'fr-CH',
    ]) {
      const { date } = createFormats(locale, 'UTC');
      for (let month = 1; month <= 12; month++) {
        for (const day of ['01', '09', '12', '28']) {
          const iso = `${2014 + month}-${String(month).padStart(2, '0')}-${day}`;
          expect([locale, date(iso), reader(locale)(date(iso))]).toEqual([locale, date(iso), iso]);
        }
      }
    }
  });

  it('has a year of two digits that is the nearest one, of birth dates one that has begun', () => {
    expect(reader('de-DE')('3.4.27')).toBe('2027-04-03');
    expect(reader('de-DE')('3.4.99')).toBe('1999-04-03');
    expect(reader('de-DE', true)('3.4.61')).toBe('1961-04-03');
    expect(reader('de-DE', true)('3.4.27')).toBe('1927-04-03');
    expect(reader('de-DE', true)('030426')).toBe('2026-04-03');
  });

  it('of a birth is not after today, and in a year from 1850 on as in the contract', () => {
    const born = reader('de-DE', true);
    for (const [text, date] of [
      ['1.12.26', '2026-12-01'],
      ['2.12.26', '1926-12-02'],
      ['24.12.26', '1926-12-24'],
      ['241226', '1926-12-24'],
      ['29.2.00', '2000-02-29'],
      ['1.1.1850', '1850-01-01'],
      ['01011850', '1850-01-01'],
      ['1850-01-01', '1850-01-01'],
    ] as const)
      expect([text, born(text)]).toEqual([text, date]);
    expect(reader('de-DE')('1.1.1850')).toBeNull();
  });

  it('is read in the order of the language though a dot stands behind it', () => {
    expect(reader('en-US')('04/03/1961.')).toBe('1961-04-03');
    expect(reader('en-US')('3. 4. 1961')).toBe('1961-04-03');
    expect(reader('de-DE')('1/7.')).toBe('2026-07-01');
  });

  it('may leave out the year, which is the one of the nearest such day, except of birth dates', () => {
    expect(reader('de-DE')('24.12.')).toBe('2026-12-24');
    expect(reader('de-DE')('7.1.')).toBe('2027-01-07');
    expect(reader('en-US')('1/7')).toBe('2027-01-07');
    expect(reader('de-DE', true)('24.12.')).toBeNull();
  });

  it('is refused when no calendar has it', () => {
    for (const text of [
      '',
      'x',
      '31.2.2026',
      '29.02.2023',
      '04.13.1961',
      '31.12.1849',
      '1.2.3.4',
      '12',
      '123',
      '2026',
      '2026-13-01',
      '1 2',
      '3 April May',
    ])
      expect([text, reader('de-DE', true)(text)]).toEqual([text, null]);
  });

  it('is not taken before it is whole: 3.4.19 may become 3.4.1961', () => {
    for (const text of ['3.4.1961', '1961-04-03', '12 Mar 1984', '03/04/1961'])
      expect(isWholeDate(text)).toBe(true);
    for (const text of ['3.4.19', '3.4.', '1961-04-0', '12 Mar 84']) expect(isWholeDate(text)).toBe(false);
  });
});
