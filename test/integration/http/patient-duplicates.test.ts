import { beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { eventually } from '../../support/wait.js';
import { type Clinic, createClinic, fail, registerPatient, succeed } from './harness.js';

useServer();

const PEOPLE = [
  { last_name: 'Müller', first_name: 'Jürgen', birth_date: '1961-04-03', mrn: 'D-1', notes: 'clinical' },
  { last_name: 'Mueller', first_name: 'Jürgen', birth_date: '1975-01-01', mrn: 'D-2' },
  { last_name: 'Müller', first_name: 'Hans', birth_date: '1980-01-01', mrn: 'D-3' },
  { last_name: 'Weber', first_name: 'Anna-Maria', birth_date: '1990-05-05', mrn: 'D-4' },
  { last_name: 'Li', first_name: 'Wu', birth_date: '1991-06-06', mrn: 'D-5' },
  { last_name: '100%_', first_name: 'Back\\slash', birth_date: null, mrn: 'D-6' },
] as const;

type Identity = { first_name: string; last_name: string; birth_date?: string | null };

const duplicates = async (token: string, body: Identity) =>
  (await succeed(api.patients.duplicates, { token, body })).data;

describe('Possible duplicates of a person', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic();
    for (const fields of PEOPLE) {
      await registerPatient(clinic, 'notes' in fields ? fields : { ...fields, notes: null });
    }
    await registerPatient(await createClinic(), PEOPLE[0]);
  });

  it.each([
    ['the same', 'Jürgen', 'Müller', '1961-04-03', ['D-1', 'D-2']],
    ['without accents', 'JURGEN', 'muller', undefined, ['D-2', 'D-1']],
    ['with ue', 'Juergen', 'Mueller', null, ['D-2', 'D-1']],
    ['swapped', 'Müller', 'Jürgen', undefined, ['D-2', 'D-1']],
    ['a letter wrong', 'Jürken', 'Müller', undefined, ['D-2', 'D-1']],
    ['a letter missing', 'Jürgen', 'Müler', undefined, ['D-2', 'D-1']],
    ['a letter too many', 'Jürgeen', 'Müller', undefined, ['D-2', 'D-1']],
    ['two letters swapped', 'Jügren', 'Müller', undefined, ['D-2', 'D-1']],
    ['two letters swapped in the middle', 'Jürgen', 'Mülelr', undefined, ['D-2', 'D-1']],
    ['a slip in both', 'Jürken', 'Müler', undefined, []],
    ['a slip in both, with a birth date', 'Jürken', 'Müler', '1961-04-03', ['D-1']],
    ['another last name, as after a marriage', 'Anna', 'Schmidt', '1990-05-05', ['D-4']],
    ['one of two first names', 'Anna', 'Weber', undefined, ['D-4']],
    ['short names', 'Wu', 'Li', undefined, ['D-5']],
    ['short names with a slip', 'Wa', 'Li', undefined, []],
    ['signs that mean something to LIKE', 'Back\\slash', '100%_', undefined, ['D-6']],
    ['signs alone', '%', '_', undefined, []],
    ['nobody', 'Olga', 'Petrova', '1961-04-04', []],
    ['the birth date alone', 'Olga', 'Petrova', '1961-04-03', []],
  ])('are found for %s', async (_, first_name, last_name, birth_date, mrns) => {
    const body = { first_name, last_name, ...(birth_date === undefined ? {} : { birth_date }) };
    const found = await duplicates(clinic.clinician, body);
    expect(found.map(({ mrn }) => mrn)).toEqual(mrns);
  });

  it('are shown as the role sees patients', async () => {
    const body = { first_name: 'Jürgen', last_name: 'Müller', birth_date: '1961-04-03' };
    expect((await duplicates(clinic.clinician, body))[0]).toMatchObject({ notes: 'clinical' });
    expect((await duplicates(clinic.frontDesk, body))[0]).not.toHaveProperty('notes');
  });

  it('do not tell that a restricted patient has a name, not even by initials', async () => {
    const own = await createClinic();
    const { id } = await registerPatient(own, PEOPLE[0]);
    await succeed(api.patients.update, { token: own.admin, id, body: { restricted: true } });
    const body = { first_name: 'Jürgen', last_name: 'Müller', birth_date: '1961-04-03' };
    expect(await duplicates(own.clinician, body)).toEqual([]);
    expect(await duplicates(own.frontDesk, body)).toEqual([]);
    expect(await duplicates(own.admin, body)).toHaveLength(1);
    await succeed(api.breakGlass.open, {
      token: own.clinician,
      id,
      body: { reason: 'unconscious in the hall' },
    });
    expect(await duplicates(own.clinician, body)).toHaveLength(1);
  });

  it('need both names and a date that is one', async () => {
    for (const body of [
      { first_name: 'Jürgen' },
      { first_name: ' ', last_name: 'Müller' },
      { first_name: 'Jürgen', last_name: 'Müller', birth_date: '1961-02-30' },
      { first_name: 'Jürgen', last_name: 'Müller', phone: '1' },
    ]) {
      const problem = await fail(api.patients.duplicates, { token: clinic.clinician, body });
      expect(problem).toEqual([422, 'validation_failed']);
    }
  });

  it('leave how many were shown in the audit log, and the names only as a keyed hash', async () => {
    const own = await createClinic();
    await registerPatient(own, PEOPLE[0]);
    await duplicates(own.clinician, { first_name: 'Jürgen', last_name: 'Müller' });
    const details = await eventually(async () => {
      const rows = await database.query<{ details: unknown }>(
        `SELECT details FROM wardbell.audit WHERE scope = $1 AND action = 'patient.list'`,
        [own.id],
      );
      expect(rows).toHaveLength(1);
      return rows[0]?.details;
    });
    expect(details).toEqual({ count: 1, search: expect.stringMatching(/^[\w-]{22}$/) });
    expect(server.output()).not.toMatch(/Müller|Jürgen/);
  });
});
