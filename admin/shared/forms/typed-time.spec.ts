import { isIsoTime, isWholeTime, readTime, writeTime } from './typed-time';

describe('a time of day that somebody typed', () => {
  it('is read in the usual spellings', () => {
    for (const text of [
      '8:30',
      '08:30',
      '8.30',
      '830',
      '0830',
      '8h30',
      '8 h 30',
      '8:30 am',
      '8:30 a.m.',
      '8.30 Uhr',
      '8 Uhr 30',
      ' 8:30 ',
    ])
      expect([text, readTime(text)]).toEqual([text, '08:30']);
    for (const text of ['20:30', '2030', '8:30 pm', '8:30PM', '8:30\u202fPM', '830p', '20h30'])
      expect([text, readTime(text)]).toEqual([text, '20:30']);
    for (const [text, time] of [
      ['8', '08:00'],
      ['8h', '08:00'],
      ['8 pm', '20:00'],
      ['12 am', '00:00'],
      ['12 pm', '12:00'],
      ['0', '00:00'],
    ] as const)
      expect([text, readTime(text)]).toEqual([text, time]);
  });

  it('is refused when no clock shows it', () => {
    for (const text of [
      '',
      'x',
      '25:00',
      '24:00',
      '2400',
      '24',
      '24:30',
      '8:60',
      '8:3',
      '12345',
      '13 pm',
      '0 am',
      '-8:30',
      '8:30:15',
    ])
      expect([text, readTime(text)]).toEqual([text, null]);
    expect(isIsoTime('23:59')).toBe(true);
    expect(isIsoTime('24:00')).toBe(false);
  });

  it('may be 24:00 where it ends something: as a start that would be a day too early', () => {
    for (const text of ['24:00', '2400', '24', '24 h', '0:00'])
      expect([text, readTime(text, true)]).toEqual([text, '00:00']);
    for (const text of ['24:01', '24:30', '25:00'])
      expect([text, readTime(text, true)]).toEqual([text, null]);
  });

  it('is understood as the console itself writes it, each minute that is asked for, in every region', () => {
    for (const locale of [
      'de',
      'de-AT',
      'en',
      'en-GB',
      'en-US',
      'en-CA',
      'en-AU',
      'en-IN',
      'en-NZ',
      'fr',
      'fr-CA',
      'fr-CH',
    ])
      for (const time of ['00:00', '00:05', '08:30', '11:59', '12:00', '12:01', '13:05', '23:59'])
        expect([locale, readTime(writeTime(time, locale))]).toEqual([locale, time]);
  });

  it('is not taken before it is whole: 8 may become 830', () => {
    for (const text of ['8:30', '08:30', '8.30', '8h30', '8 pm']) expect(isWholeTime(text)).toBe(true);
    for (const text of ['8', '83', '830', '8:3']) expect(isWholeTime(text)).toBe(false);
  });
});
