import type { Patient } from '@wardbell/contract';
import { comparePatients, orderOf } from './order';

const patient = (fields: Partial<Patient>): Patient => ({
  id: '00000000-0000-4000-8000-000000000000',
  tenant_id: '00000000-0000-4000-8000-00000000000a',
  mrn: 'MRN-1',
  first_name: 'John',
  last_name: 'Doe',
  birth_date: null,
  gender: 'unknown',
  phone: null,
  email: null,
  version: 1,
  created_at: '2026-01-15T10:35:00.123Z',
  updated_at: '2026-01-15T10:35:00.123Z',
  ...fields,
});

describe('comparePatients', () => {
  it('sorts as the server does: by last name, first name, then id, whatever case and accents', () => {
    const rows = [
      patient({ last_name: 'doe', first_name: 'Zoe' }),
      patient({ last_name: 'Doe', first_name: 'anna', id: 'b0000000-0000-4000-8000-000000000000' }),
      patient({ last_name: 'Doe', first_name: 'Anna', id: 'a0000000-0000-4000-8000-000000000000' }),
      patient({ last_name: 'Abel', first_name: 'Zoe' }),
      patient({ last_name: 'Özdemir', first_name: 'Ali' }),
      patient({ last_name: 'Olsen', first_name: 'Ole' }),
      patient({ last_name: 'Peters', first_name: 'Pia' }),
      patient({ last_name: 'van Berg', first_name: 'Ada' }),
      patient({ last_name: 'Van', first_name: 'Zoe' }),
    ];
    const sorted = rows.toSorted(comparePatients);
    expect(sorted.map((row) => `${row.last_name} ${row.first_name}`)).toEqual([
      'Abel Zoe',
      'Doe Anna',
      'Doe anna',
      'doe Zoe',
      'Olsen Ole',
      'Özdemir Ali',
      'Peters Pia',
      'Van Zoe',
      'van Berg Ada',
    ]);
  });
});

describe('orderOf', () => {
  const rows = [
    patient({ id: 'a', last_name: 'Abel', birth_date: '1990-01-01', updated_at: '2026-02-01T08:00:00.000Z' }),
    patient({ id: 'b', last_name: 'Berg', birth_date: null, updated_at: '' }),
    patient({ id: 'c', last_name: 'Cole', birth_date: '1950-01-01' }),
    patient({ id: 'd', last_name: 'Dahl', birth_date: '1990-01-01' }),
  ];

  it.each([
    ['name', false, 'a b c d'],
    ['name', true, 'd c b a'],
    ['birth_date', false, 'c a d b'],
    ['birth_date', true, 'd a c b'],
    ['updated', false, 'c d a b'],
    ['updated', true, 'a d c b'],
  ] as const)('by %s, descending: %s, has those without one at the end', (by, descending, ids) => {
    const sorted = rows.toSorted(orderOf({ by, descending }));
    expect(sorted.map(({ id }) => id).join(' ')).toBe(ids);
  });
});
