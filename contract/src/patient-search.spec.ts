import { parsePatientSearch, patientMatcher } from './patient-search.js';

const found = (text: string, patient: Record<string, string | null> = {}) =>
  patientMatcher(text)({
    last_name: 'Müller',
    first_name: 'Jürgen',
    mrn: 'P-00407',
    phone: '(833) 707-5693',
    birth_date: '1961-04-03',
    ...patient,
  });

describe('The words of a search', () => {
  it('are found in any order, as the list prints them, with and without accents and case', () => {
    for (const text of ['Müller, Jürgen', 'jurgen MULLER', 'Mueller', 'Juergen müll', 'ler', '  ', ',']) {
      expect([text, found(text)]).toEqual([text, true]);
    }
    for (const text of ['Müller, Hans', 'Moller', 'mullerj'])
      expect([text, found(text)]).toEqual([text, false]);
  });

  it.each([
    ['angstrom', 'Ångström'],
    ['aangstroem', 'Ångström'],
    ['Müller', 'Mueller'],
    ['soren', 'Søren'],
    ['Sørensen', 'Soerensen'],
    ['lukasz', 'Łukasz'],
    ['weiss', 'Weiß'],
    ['obrien', 'O’Brien'],
    ["o'brien", 'OBrien'],
    ['anna-lena', 'Anna Lena'],
    ['anna lena', 'Anna-Lena'],
    ['el', 'El Samuel'],
    ['αλεξανδρος', 'Αλέξανδρος'],
    ['ЁЛКИН', 'Елкин'],
    ['ilkay', 'İlkay'],
  ])('%s finds %s', (text, last_name) => expect(found(text, { last_name })).toBe(true));

  it('of one or two letters are beginnings', () => {
    expect(['m', 'mu', 'ju', 'p0', '83'].map((text) => found(text))).toEqual([true, true, true, true, true]);
    expect(['ll', 'r', '69'].map((text) => found(text))).toEqual([false, false, false]);
  });

  it('find an MRN with and without its punctuation', () => {
    expect(['P-00407', 'p00407', '00407', '0407', 'p-'].map((text) => found(text))).not.toContain(false);
    expect(found('P-00408')).toBe(false);
  });
});

describe('A telephone number', () => {
  it.each([
    [
      '(833) 707-5693',
      ['8337075693', '833 707 5693', '+1 833 707 5693', '18337075693', '1 833 7075693', '707-5693', '5693'],
    ],
    ['+1 833 707 5693', ['8337075693', '(833) 707-5693', '001 833 7075693', '+1']],
    [
      '+49 (0)30 1234567',
      ['030 1234567', '0301234567', '+49301234567', '0049 30 1234567', '030/1234567', '+49'],
    ],
    ['030/1234567', ['+49 30 1234567', '0301234567']],
  ])('%s is found in any spelling', (phone, texts) => {
    for (const text of texts) expect([text, found(text, { phone })]).toEqual([text, true]);
  });

  it('is not found by another one', () => {
    expect(found('8337075694')).toBe(false);
    expect(found('+49 833 7075699')).toBe(false);
  });
});

describe('A birth date', () => {
  it.each([
    ['3.4.1961', ['1961-04-03']],
    ['03.04.1961', ['1961-04-03']],
    ['*3.4.1961', ['1961-04-03']],
    ['1961-04-03', ['1961-04-03']],
    ['1961/4/3', ['1961-04-03']],
    ['3/4/1961', ['1961-04-03', '1961-03-04']],
    ['3-4-1961', ['1961-04-03', '1961-03-04']],
    ['13/4/1961', ['1961-04-13']],
    ['4/13/1961', ['1961-04-13']],
    ['3.4.61', ['1961-04-03']],
    ['3.4.21', ['1921-04-03', '2021-04-03']],
    ['29.2.1960', ['1960-02-29']],
    ['3 Apr 1961', ['1961-04-03']],
    ['*3rd April 1961', ['1961-04-03']],
    ['APR 3, 1961', ['1961-04-03']],
    ['3-Apr-61', ['1961-04-03']],
    ['3 Apr 21', ['1921-04-03', '2021-04-03']],
    ['28. Aug. 1946', ['1946-08-28']],
    ['28 août 1946', ['1946-08-28']],
    ['28 aout 1946', ['1946-08-28']],
    ['1er janv. 1960', ['1960-01-01']],
    ['16 juil. 1960', ['1960-07-16']],
    ['16 juin 1960', ['1960-06-16']],
    ['16. Maerz 1960', ['1960-03-16']],
  ])('is read in %s', (text, dates) => {
    expect(parsePatientSearch(`Müller, ${text}`)).toEqual({ words: ['muller'], birthDates: dates });
  });

  it.each([
    '31.2.1960',
    '3.4.',
    '10-11-12',
    '3.4.196',
    '0.1.1961',
    '31 Feb 1960',
    '3 Apr',
    'Apr 1961',
    '16 jui 1960',
    '3 Ap 1961',
    'April Smith 1961',
    'Jan 12 34 56',
  ])('is not read in %s', (text) => {
    expect(parsePatientSearch(text).birthDates).toBeNull();
  });

  it.each(['en', 'en-GB', 'en-US', 'de', 'de-AT', 'fr'])('is read as it is printed in %s', (locale) => {
    for (const month of ['short', 'long'] as const)
      for (let index = 0; index < 12; index += 1) {
        const born = new Date(Date.UTC(1946, index, 28));
        const options = { timeZone: 'UTC', day: 'numeric', month, year: 'numeric' } as const;
        const text = born.toLocaleDateString(locale, options);
        expect([text, parsePatientSearch(`Müller, ${text} Jürgen`)]).toEqual([
          text,
          { words: ['muller', 'jurgen'], birthDates: [born.toISOString().slice(0, 10)] },
        ]);
      }
  });

  it('narrows what the words find', () => {
    expect(found('müller 3.4.1961')).toBe(true);
    expect(found('müller 4/3/1961')).toBe(true);
    expect(found('müller 4.3.1961')).toBe(false);
    expect(found('3.4.1961 3.5.1961')).toBe(false);
  });
});
