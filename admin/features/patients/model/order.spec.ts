import type { Patient } from '@wardbell/contract';
import { comparePatients, patientMatcher } from './order';

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
  it('sorts as the server does: by last name, first name, then id, whatever the case', () => {
    const rows = [
      patient({ last_name: 'doe', first_name: 'Zoe' }),
      patient({ last_name: 'Doe', first_name: 'anna', id: 'b0000000-0000-4000-8000-000000000000' }),
      patient({ last_name: 'Doe', first_name: 'Anna', id: 'a0000000-0000-4000-8000-000000000000' }),
      patient({ last_name: 'Abel', first_name: 'Zoe' }),
    ];
    const sorted = rows.toSorted(comparePatients);
    expect(sorted.map((row) => `${row.last_name} ${row.first_name}`)).toEqual([
      'Abel Zoe',
      'Doe Anna',
      'Doe anna',
      'doe Zoe',
    ]);
  });
});

describe('patientMatcher', () => {
  const doe = patient({ phone: '+44 20 7946 0000' });

  it('finds everybody when nothing is searched', () => {
    expect(patientMatcher('  ')(doe)).toBe(true);
  });

  it('wants every word, in any order and case, in name, MRN or phone', () => {
    expect(patientMatcher('doe JOHN')(doe)).toBe(true);
    expect(patientMatcher('7946 mrn-1')(doe)).toBe(true);
    expect(patientMatcher('doe jane')(doe)).toBe(false);
  });
});
