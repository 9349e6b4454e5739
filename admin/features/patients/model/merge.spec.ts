import type { Patient } from '@wardbell/contract';
import { choiceOf, differingFields, toMergeBody } from './merge';

const patient = (fields: Partial<Patient>): Patient => ({
  id: 'a',
  tenant_id: 't',
  mrn: '1',
  first_name: 'Ada',
  last_name: 'Example',
  birth_date: null,
  gender: 'unknown',
  phone: null,
  email: null,
  notes: null,
  version: 1,
  created_at: '',
  updated_at: '',
  ...fields,
});

describe('Merging two records', () => {
  const stays = patient({ phone: '1', notes: 'first', version: 3 });
  const goes = patient({
    id: 'b',
    mrn: '2',
    birth_date: '1980-02-29',
    gender: 'female',
    phone: '2',
    notes: 'second',
  });

  it('asks about the fields that differ, and no other', () => {
    expect(differingFields(stays, goes)).toEqual(['birth_date', 'gender', 'phone', 'mrn', 'notes']);
    expect(differingFields(stays, stays)).toEqual([]);
  });

  it('proposes the values of the record that stays, fills its gaps, and keeps the notes of both', () => {
    expect(toMergeBody({}, stays, goes)).toEqual({
      into: 'a',
      version: 1,
      into_version: 3,
      take_over: ['birth_date', 'gender'],
      join_notes: true,
    });
  });

  it('takes over what was chosen, whichever record stays', () => {
    const choices = { phone: 'b', birth_date: 'a', mrn: 'b', notes: 'b' };
    expect(toMergeBody(choices, stays, goes)).toMatchObject({
      take_over: ['gender', 'phone', 'mrn', 'notes'],
      join_notes: false,
    });
    expect(toMergeBody(choices, goes, stays)).toMatchObject({ into: 'b', take_over: ['birth_date'] });
  });

  it('does not keep both notes when there are notes in one record only', () => {
    expect(choiceOf({}, 'notes', patient({}), goes)).toBe('b');
    expect(choiceOf({}, 'notes', stays, patient({ id: 'b' }))).toBe('a');
  });
});
