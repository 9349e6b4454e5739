import { describe, expect, it } from '@jest/globals';
import { findOrder, needsOrder, readBirthDate } from './birth-date';
import { guessMapping, hasHeaders } from './columns';
import { decodeText, parseSheet } from './csv-file';
import { readRows } from './read-rows';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
/** One byte a character, as Excel writes in Western Europe. Node takes 0x80 to 0x9f for something else: see the browser test. */
const windows1252 = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const utf16 = (text: string): Uint8Array =>
  Uint8Array.from([0xff, 0xfe, ...Array.from(text, (letter) => [letter.charCodeAt(0), 0]).flat()]);

describe('A file', () => {
  it.each([
    ['UTF-8', utf8('Müller;Zoë')],
    ['UTF-8 with a byte order mark', Uint8Array.from([0xef, 0xbb, 0xbf, ...utf8('Müller;Zoë')])],
    ['Windows-1252', windows1252('Müller;Zoë')],
    ['UTF-16 with a byte order mark', utf16('Müller;Zoë')],
  ])('in %s is read letter by letter', (_, bytes) => {
    expect(parseSheet(decodeText(bytes)).rows).toEqual([['Müller', 'Zoë']]);
  });

  it.each([
    ['commas', 'a,b\n1,2\n3,4'],
    ['semicolons', 'a;b\r\n1;2\r\n3;4\r\n'],
    ['tabs', 'a\tb\n1\t2\n3\t4\n\n'],
    ['what its first line says', 'sep=|\r\na|b\r\n1|2\r\n3|4'],
  ])('with %s is divided into cells', (_, text) => {
    expect(parseSheet(text).rows.filter((row) => row.length > 0)).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  it('keeps separators, quotes and line breaks inside of quotes', () => {
    expect(parseSheet('name,notes\n"Doe, ""Jo""","one\ntwo"').rows[1]).toEqual(['Doe, "Jo"', 'one\ntwo']);
  });

  it('keeps the zeros of a number that a spreadsheet exports as a formula, and takes other formulas as text', () => {
    expect(parseSheet('mrn;notes\n="0042";=1+1').rows[1]).toEqual(['0042', '=1+1']);
  });

  it('names the row in which a quote is opened and never closed', () => {
    expect(parseSheet('a,b\n1,2\n"3,4\n5,6').brokenRow).toBe(2);
    expect(parseSheet('a,b\n1,2').brokenRow).toBeNull();
  });
});

describe('Columns', () => {
  it.each([
    ['English', 'Last Name,First name,Date of Birth,MRN,Sex,Phone,E-mail,Comments'],
    ['German', 'Nachname,Vorname,Geburtsdatum,Patienten-Nr.,Geschlecht,Telefon,E-Mail,Bemerkungen'],
    ['French', 'Nom,Prénom,Date de naissance,N° de dossier,Sexe,Téléphone,Courriel,Remarques'],
  ])('are recognised by %s headers', (_, headers) => {
    expect(guessMapping(headers.split(','))).toEqual([
      'last_name',
      'first_name',
      'birth_date',
      'mrn',
      'gender',
      'phone',
      'email',
      'notes',
    ]);
  });

  it('are one for each field: the surest name, then the first', () => {
    expect(guessMapping(['ID', 'Name', 'Surname', 'Mobile', 'Tel', 'Ward'])).toEqual([
      'mrn',
      null,
      'last_name',
      null,
      'phone',
      null,
    ]);
  });

  it('have no headers when the first row has values', () => {
    expect(hasHeaders(['Doe', 'Jane', '1980-01-01'])).toBe(false);
    expect(hasHeaders(['Nom', 'x'])).toBe(true);
  });
});

describe('A birth date', () => {
  it.each([
    ['1962-05-03', 'day', '1962-05-03'],
    ['1962-05-03 00:00:00', 'day', '1962-05-03'],
    ['1962/5/3', 'month', '1962-05-03'],
    ['3.5.1962', 'month', '1962-05-03'],
    ['03/05/1962', 'day', '1962-05-03'],
    ['05/03/1962', 'month', '1962-05-03'],
    ['03-05-1962', 'day', '1962-05-03'],
    ['3.5.62', 'day', '1962-05-03'],
  ] as const)('%s is read with the %s first', (text, order, date) => {
    expect(readBirthDate(text, order)).toEqual({ date });
  });

  it('with two digits for a year of either century needs four', () => {
    expect(readBirthDate('03.05.12', 'day')).toEqual({ problem: 'century' });
  });

  it.each(['28 Aug 1946', '28. August 1946', '28 août 1946 00:00:00'])('is read in %s', (text) => {
    expect(readBirthDate(text, 'month')).toEqual({ date: '1946-08-28' });
  });

  it.each(['31.2.1980', '13/13/1980', 'spring 1980', '1980'])('%s is none', (text) => {
    expect(readBirthDate(text, 'day')).toEqual({ problem: 'date' });
  });

  it('is read in the order that other dates of its column show', () => {
    expect(findOrder(['01/02/1980', '25/12/1980'])).toBe('day');
    expect(findOrder(['01/02/1980', '12/25/1980'])).toBe('month');
    expect(findOrder(['01/02/1980', '03.25.1980'])).toBeNull();
    expect(findOrder(['25/12/1980', '12/25/1980'])).toBeNull();
    expect(needsOrder(['1980-01-02', '1.2.1980', '5/5/1980', '1 Feb 80'])).toBe(false);
    expect(needsOrder(['1/2/1980'])).toBe(true);
  });
});

describe('Rows', () => {
  const read = (text: string, more: Partial<Parameters<typeof readRows>[1]> = {}) => {
    const sheet = parseSheet(text);
    return readRows(sheet, {
      mapping: guessMapping(sheet.rows[0] ?? []),
      withHeaders: true,
      order: 'day',
      ...more,
    });
  };

  it('become patients, with the words for genders of three languages', () => {
    const { good, problems } = read('nom;prenom;sexe\nA;B;M\nC;D;weiblich\nE;F;Femme\nG;H;divers\nI;J;\n');
    expect(problems).toEqual([]);
    expect(good.map(({ row }) => row.gender)).toEqual(['male', 'female', 'female', 'other', undefined]);
  });

  it('have the numbers of a spreadsheet, whichever rows are empty', () => {
    const { good, problems } = read('last name,first name\n\nDoe,Jane\n,\n,Joe\nDoe,Jim');
    expect(good.map(({ line }) => line)).toEqual([3, 6]);
    expect(problems).toEqual([{ line: 5, field: 'last_name', problem: 'required' }]);
  });

  it('say what is wrong with a cell', () => {
    const { problems, badLines } = read(
      [
        'last name,first name,dob,sex,email,mrn',
        'A,B,never,f,,1',
        'A,B,3.5.12,f,,2',
        'A,B,3.5.2999,f,,3',
        'A,B,,perhaps,,4',
        'A,B,,,nowhere,5',
        'A,C,,,,6',
        'A,D,,,,6',
        `${'x'.repeat(201)},B,,,,7`,
      ].join('\n'),
    );
    expect(problems.map(({ line, problem }) => [line, problem])).toEqual([
      [2, 'date'],
      [3, 'century'],
      [4, 'notPast'],
      [5, 'gender'],
      [6, 'email'],
      [8, 'repeatedMrn'],
      [9, 'tooLong'],
    ]);
    expect(badLines).toBe(7);
  });

  it('of one person twice are told apart from others, whatever the accents', () => {
    const { good } = read(
      'last name,first name,dob\nMüller,José,1.1.1980\nMULLER,Jose,1.1.1980\nMüller,José,2.1.1980',
    );
    expect(good.map(({ twinOf }) => twinOf)).toEqual([null, 2, null]);
  });
});
