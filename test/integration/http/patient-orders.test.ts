import { beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { database, useServer } from '../../support/fixture.js';
import { type Clinic, createClinic, everyPage, fail, registerPatient, succeed } from './harness.js';

useServer();

let clinic: Clinic;

/** Names by birth date: three of one day, two without one, and one whom only admins may see. */
beforeAll(async () => {
  clinic = await createClinic();
  const people: readonly (readonly [name: string, born: string | null])[] = [
    ['Adler', '1980-05-01'],
    ['Berg', null],
    ['Cole', '1950-01-31'],
    ['Dahl', '1980-05-01'],
    ['Eder', '2020-12-24'],
    ['Frank', '1980-05-01'],
    ['Gross', null],
  ];
  for (const [last_name, birth_date] of people) await registerPatient(clinic, { last_name, birth_date });
  await succeed(api.patients.create, {
    token: clinic.admin,
    body: { first_name: 'Vera', last_name: 'Secret', birth_date: '1960-01-01', restricted: true },
  });
});

/** Last names, page by page; of withheld patients the initials. */
const namesOf = async (
  token: string,
  query: Readonly<Record<string, string>>,
  limit = 2,
): Promise<string[]> => {
  const rows = await everyPage(api.patients.list, { token, query: { ...query, limit } });
  return rows.map((row) => String(row.last_name ?? Reflect.get(row, 'initials')));
};

/** The day that three share and those without one stand by id, which no name tells. */
const groups = (names: readonly string[]): string[] =>
  names.map((name) =>
    ['Adler', 'Dahl', 'Frank'].includes(name) ? '1980' : ['Berg', 'Gross'].includes(name) ? '?' : name,
  );

describe('The list of patients', () => {
  it('comes by name from the end', async () => {
    const names = await namesOf(clinic.admin, { order: 'desc' });
    expect(names).toEqual(['Secret', 'Gross', 'Frank', 'Eder', 'Dahl', 'Cole', 'Berg', 'Adler']);
  });

  it('comes by birth date in both directions, each patient once, those without one last', async () => {
    const up = await namesOf(clinic.admin, { sort: 'birth_date' });
    expect(groups(up)).toEqual(['Cole', 'Secret', '1980', '1980', '1980', 'Eder', '?', '?']);
    const down = await namesOf(clinic.admin, { sort: 'birth_date', order: 'desc' });
    expect(groups(down)).toEqual(['Eder', '1980', '1980', '1980', 'Secret', 'Cole', '?', '?']);
    expect(new Set(up)).toEqual(new Set(down));
    expect(await namesOf(clinic.admin, { sort: 'birth_date' }, 200)).toEqual(up);
  });

  it.each(['asc', 'desc'])(
    'does not tell the birth date of a withheld patient by its place (%s)',
    async (order) => {
      const names = await namesOf(clinic.clinician, { sort: 'birth_date', order });
      expect(names).toHaveLength(8);
      expect(groups(names).slice(-3).toSorted()).toEqual(['?', '?', 'VS']);
    },
  );

  it.each(['asc', 'desc'])(
    'does not tell it by the place among those whom a search by its MRN finds (%s)',
    async (order) => {
      const own = await createClinic();
      for (const [mrn, birth_date] of [
        ['W-770', '1950-01-01'],
        ['W-771', '1970-01-01'],
      ])
        await registerPatient(own, { last_name: 'Open', mrn, birth_date });
      await succeed(api.patients.create, {
        token: own.admin,
        body: {
          first_name: 'Vera',
          last_name: 'Secret',
          mrn: 'W-77',
          birth_date: '1960-01-01',
          restricted: true,
        },
      });
      const rows = await everyPage(api.patients.list, {
        token: own.clinician,
        query: { search: 'W-77', sort: 'birth_date', order, limit: 1 },
      });
      expect(rows.map(({ mrn }) => mrn)).toHaveLength(3);
      expect(rows.at(-1)?.mrn).toBe('W-77');
    },
  );

  it('has what a search finds in the same orders', async () => {
    const query = { search: 'Ada', sort: 'birth_date', order: 'desc' };
    const names = await namesOf(clinic.clinician, query);
    expect(groups(names)).toEqual(['Eder', '1980', '1980', '1980', 'Cole', '?', '?']);
    expect(await namesOf(clinic.clinician, { search: 'ada e', order: 'desc' })).toEqual(['Eder']);
  });

  describe('by last change', () => {
    let own: Clinic;
    const ids = new Map<string, string>();
    const query = { sort: 'updated', order: 'desc' };

    beforeAll(async () => {
      own = await createClinic();
      for (const last_name of ['Adler', 'Berg', 'Cole', 'Dahl', 'Eder'])
        ids.set(last_name, (await registerPatient(own, { last_name })).id);
    });
    const change = async (last_name: string) =>
      succeed(api.patients.update, {
        token: own.admin,
        id: ids.get(last_name),
        body: { phone: String(Math.random()) },
      });

    it('has who was changed last first, and in the other direction last', async () => {
      await change('Berg');
      expect(await namesOf(own.clinician, query)).toEqual(['Berg', 'Eder', 'Dahl', 'Cole', 'Adler']);
      await change('Cole');
      expect(await namesOf(own.clinician, query)).toEqual(['Cole', 'Berg', 'Eder', 'Dahl', 'Adler']);
      const up = await namesOf(own.clinician, { sort: 'updated' });
      expect(up).toEqual(['Adler', 'Dahl', 'Eder', 'Berg', 'Cole']);
      expect(await namesOf(own.clinician, { ...query, search: 'adl' })).toEqual(['Adler']);
    });

    it('is the order of the times that the API tells, those of one millisecond by id', async () => {
      await database.query(
        `UPDATE wardbell.patient SET updated_at = date_trunc('second', updated_at) + interval '123 ms'
           + (ascii(last_name) - 64) * interval '7 us' WHERE tenant_id = $1`,
        [own.id],
      );
      const rows = await everyPage(api.patients.list, { token: own.admin, query: { ...query, limit: 2 } });
      const keys = rows.map((row) => ('updated_at' in row ? `${row.updated_at} ${row.id}` : ''));
      expect(keys).toHaveLength(5);
      expect(keys).toEqual(keys.toSorted().toReversed());
    });

    it('loses nobody who changes between two pages: the stream from the first page on tells of them', async () => {
      const first = await succeed(api.patients.list, { token: own.clinician, query: { ...query, limit: 2 } });
      const rest = [...ids.values()].filter((id) => !first.data.some((row) => row.id === id));
      const [moved = ''] = rest;
      await succeed(api.patients.update, { token: own.admin, id: moved, body: { phone: '030 1234' } });
      const second = await succeed(api.patients.list, {
        token: own.clinician,
        query: { ...query, limit: 200, after: first.next ?? '' },
      });
      expect(second.next).toBeNull();
      const { data: events } = await succeed(api.events.list, {
        token: own.admin,
        query: { since: first.seq },
      });
      const told = events.map(({ data }) => Reflect.get(Object(data), 'id'));
      expect(told).toEqual([moved]);
      const seen = [...first.data, ...second.data].map(({ id }) => id);
      expect(seen).toHaveLength(4);
      expect(new Set([...seen, ...told])).toEqual(new Set(ids.values()));
      const again = await succeed(api.patients.list, { token: own.clinician, query: { ...query, limit: 1 } });
      expect(again.data.map(({ id }) => id)).toEqual([moved]);
    });

    it.each(['asc', 'desc'])(
      'does not tell by its place when a withheld patient changed (%s)',
      async (order) => {
        const clinic = await createClinic();
        await registerPatient(clinic, { last_name: 'Adler' });
        await succeed(api.patients.create, {
          token: clinic.admin,
          body: { first_name: 'Vera', last_name: 'Secret', restricted: true },
        });
        await registerPatient(clinic, { last_name: 'Berg' });
        const names = await namesOf(clinic.clinician, { sort: 'updated', order }, 1);
        expect(names).toEqual(order === 'asc' ? ['Adler', 'Berg', 'VS'] : ['Berg', 'Adler', 'VS']);
      },
    );
  });

  it('takes a cursor for the order that it was made for alone', async () => {
    const page = await succeed(api.patients.list, {
      token: clinic.clinician,
      query: { sort: 'birth_date', limit: 2 },
    });
    const query = { after: page.next ?? '', limit: 2 };
    expect(await fail(api.patients.list, { token: clinic.clinician, query })).toEqual([
      422,
      'validation_failed',
    ]);
    const other = { ...query, sort: 'birth_date', order: 'desc' };
    expect(await fail(api.patients.list, { token: clinic.clinician, query: other })).toEqual([
      422,
      'validation_failed',
    ]);
  });

  it('says how many there are on all pages, as many as one finds', async () => {
    const totalOf = async (token: string, query: Readonly<Record<string, string>> = {}) =>
      (await succeed(api.patients.list, { token, query: { ...query, limit: 1, total: 'true' } })).total;
    expect(await totalOf(clinic.clinician)).toBe(8);
    expect(await totalOf(clinic.clinician, { search: 'ada' })).toBe(7);
    expect(await totalOf(clinic.clinician, { search: '1.5.1980' })).toBe(3);
    expect(await totalOf(clinic.clinician, { search: 'nobody' })).toBe(0);
    expect([
      await totalOf(clinic.clinician, { search: 'secret' }),
      await totalOf(clinic.admin, { search: 'secret' }),
    ]).toEqual([0, 1]);
    const other = await createClinic();
    expect(await totalOf(other.clinician)).toBe(0);
    expect(await succeed(api.patients.list, { token: clinic.clinician })).not.toHaveProperty('total');
  });

  it.each([
    { ids: '00000000-0000-4000-8000-000000000000', sort: 'birth_date' },
    { deleted: 'true', total: 'true' },
    { sort: 'phone' },
  ])('refuses what has no order or number: %j', async (query) => {
    expect(await fail(api.patients.list, { token: clinic.admin, query })).toEqual([422, 'validation_failed']);
  });
});

describe('The list of users', () => {
  it('says how many there are on all pages', async () => {
    const { token, id } = { token: clinic.admin, id: clinic.id };
    const page = await succeed(api.users.list, { token, query: { total: 'true' } });
    expect([page.total, page.data.filter(({ tenant_id }) => tenant_id !== id)]).toEqual([0, []]);
  });
});
