import { beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { patientSortName } from '@wardbell/contract/folding';
import { patientMatcher } from '@wardbell/contract/patient-search';
import { database, useServer } from '../../support/fixture.js';
import { ask, type Clinic, createClinic, everyPage, registerPatient, succeed } from './harness.js';

useServer();

const PEOPLE = [
  { last_name: 'Müller', first_name: 'Jürgen', birth_date: '1961-04-03', phone: '(833) 707-5693' },
  { last_name: 'Mueller', first_name: 'Jürgen', birth_date: '1961-03-04', phone: '+1 833 707 5694' },
  { last_name: 'Muller', first_name: 'Jane', birth_date: '1990-01-01', mrn: 'K-00407' },
  { last_name: 'Ångström', first_name: 'Åsa', phone: '+46 8 123 45 67' },
  { last_name: 'Özdemir', first_name: 'Ali', phone: '030 1234567' },
  { last_name: 'Olsen', first_name: 'Ole', phone: '+49 (0)30 7654321' },
  { last_name: 'Peters', first_name: 'Anna-Lena' },
  { last_name: 'O’Brien', first_name: 'Siobhán' },
] as const;

describe('A search for patients', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic();
    for (const fields of PEOPLE) await registerPatient(clinic, fields);
  });

  const search = async (text: string, query: Record<string, string> = {}, token = clinic.clinician) =>
    (await succeed(api.patients.list, { token, query: { search: text, ...query } })).data.map(
      ({ last_name, first_name }) => `${last_name}, ${first_name}`,
    );

  const SEARCHES: readonly (readonly [string, readonly string[]])[] = [
    ['Müller, Jürgen', ['Mueller, Jürgen', 'Müller, Jürgen']],
    ['jurgen muller', ['Mueller, Jürgen', 'Müller, Jürgen']],
    ['MUELLER', ['Mueller, Jürgen', 'Müller, Jürgen']],
    ['Müller', ['Muller, Jane', 'Mueller, Jürgen', 'Müller, Jürgen']],
    ['angstrom', ['Ångström, Åsa']],
    ['asa ång', ['Ångström, Åsa']],
    ['obrien', ['O’Brien, Siobhán']],
    ["O'Brien", ['O’Brien, Siobhán']],
    ['lena', ['Peters, Anna-Lena']],
    ['le', ['Peters, Anna-Lena']],
    ['8337075693', ['Müller, Jürgen']],
    ['+1 833 707 5693', ['Müller, Jürgen']],
    ['(833) 707-5694', ['Mueller, Jürgen']],
    ['+49 30 1234567', ['Özdemir, Ali']],
    ['030 7654321', ['Olsen, Ole']],
    ['3.4.1961', ['Müller, Jürgen']],
    ['1961-04-03', ['Müller, Jürgen']],
    ['03.04.1961 müll', ['Müller, Jürgen']],
    ['3 Apr 1961', ['Müller, Jürgen']],
    ['Müller, 3. April 1961', ['Müller, Jürgen']],
    ['4 mars 1961', ['Mueller, Jürgen']],
    ['3/4/1961', ['Mueller, Jürgen', 'Müller, Jürgen']],
    ['k00407', ['Muller, Jane']],
    ['K-00407', ['Muller, Jane']],
    ['muller 2.2.1961', []],
    ['ller jane peters', []],
  ];

  it.each(SEARCHES)('%s finds whom a person means', async (text, expected) => {
    expect((await search(text)).sort()).toEqual([...expected].sort());
  });

  it.each(SEARCHES)('%s finds the same in the console and in the server', (text, expected) => {
    const rows = PEOPLE.map((fields) => ({ mrn: '', ...fields })).filter(patientMatcher(text));
    expect(rows.map((row) => `${row.last_name}, ${row.first_name}`).sort()).toEqual([...expected].sort());
  });

  it('lists Özdemir under O and Ångström under A, in the order that the console has', async () => {
    const rows = await everyPage(api.patients.list, { token: clinic.clinician, query: { limit: 3 } });
    expect(rows.map(({ last_name }) => last_name)).toEqual([
      'Ångström',
      'Mueller',
      'Muller',
      'Müller',
      'O’Brien',
      'Olsen',
      'Özdemir',
      'Peters',
    ]);
    expect(rows).toEqual(
      rows.toSorted((a, b) => {
        const [x, y] = [patientSortName(a) + a.id, patientSortName(b) + b.id];
        return x < y ? -1 : 1;
      }),
    );
  });

  it('finds deleted patients in the same way', async () => {
    const own = await createClinic();
    for (const fields of PEOPLE) {
      const { id } = await registerPatient(own, fields);
      await ask(api.patients.remove, { token: own.admin, id });
    }
    for (const [text, expected] of SEARCHES) {
      const found = await search(text, { deleted: 'true' }, own.admin);
      expect([text, found.sort()]).toEqual([text, [...expected].sort()]);
    }
  });

  it('finds restricted patients neither by phone nor by birth date for whom may not see them', async () => {
    const own = await createClinic();
    const secret = await registerPatient(own, { ...PEOPLE[0], mrn: 'S-1' });
    await succeed(api.patients.update, { token: own.admin, id: secret.id, body: { restricted: true } });
    for (const text of ['Müller', '8337075693', '3.4.1961', 's1', 'mu', 'S']) {
      expect([text, await search(text, {}, own.clinician)]).toEqual([text, []]);
      expect([text, await search(text, {}, own.admin)]).toEqual([text, ['Müller, Jürgen']]);
    }
    expect(await search('S-1', {}, own.clinician)).toHaveLength(1);
  });

  it('goes on through pages beyond the part of the list that is looked at first', async () => {
    const own = await createClinic();
    await database.query(
      `INSERT INTO wardbell.patient (tenant_id, mrn, first_name, last_name)
       SELECT $1, 'B' || n, CASE WHEN n % 50 = 0 THEN 'Rare' ELSE 'Usual' END, 'Name' || lpad(n::text, 5, '0')
       FROM generate_series(1, 3000) AS n`,
      [own.id],
    );
    for (const [text, count] of [
      ['rare', 60],
      ['usual', 2940],
      ['ra', 60],
      ['name0299', 10],
    ] as const) {
      const rows = await everyPage(api.patients.list, {
        token: own.clinician,
        query: { limit: 7, search: text },
      });
      expect([text, rows.length, new Set(rows.map(({ id }) => id)).size]).toEqual([text, count, count]);
      const names = rows.map(({ last_name }) => last_name);
      expect(names).toEqual(names.toSorted());
    }
  });
});
