import { draftOf } from './typed';

describe('What was typed into a search', () => {
  it.each([
    ['Ada Lovelace', { first_name: 'Ada', last_name: 'Lovelace' }],
    ['lovelace', { last_name: 'Lovelace' }],
    ['Lovelace, Ada', { first_name: 'Ada', last_name: 'Lovelace' }],
    ['jean-luc van der berg', { first_name: 'Jean-Luc', last_name: 'Van Der Berg' }],
    ['Ada Lovelace 10.12.1985', { first_name: 'Ada', last_name: 'Lovelace', birth_date: '1985-12-10' }],
    ['Lovelace, Ada, 10. Dez. 1985', { first_name: 'Ada', last_name: 'Lovelace', birth_date: '1985-12-10' }],
    ['1985-12-10', { birth_date: '1985-12-10' }],
    ['Ada +44 20 7946 0001', { last_name: 'Ada', phone: '+44 20 7946 0001' }],
    ['P-7K3M92QF', { mrn: 'P-7K3M92QF' }],
    ['', {}],
  ])('fills the fields of a new patient: %s', (typed, draft) => {
    expect(draftOf(typed)).toEqual(draft);
  });

  it('fills no birth date that can be read in two ways, and no number that is too short for a telephone', () => {
    expect(draftOf('Ada 04/05/1985')).toEqual({ last_name: 'Ada' });
    expect(draftOf('Ada 12')).toEqual({ last_name: 'Ada' });
  });
});
