import { identityOf, isSameIdentity } from './identity';

const draft = { first_name: ' Jürgen ', last_name: 'Müller', birth_date: '1961-04-03' };

describe('identityOf', () => {
  it('has trimmed names and the birth date', () => {
    expect(identityOf(draft)).toEqual({
      first_name: 'Jürgen',
      last_name: 'Müller',
      birth_date: '1961-04-03',
    });
  });

  it('is nothing before both names have two letters', () => {
    expect(identityOf({ ...draft, first_name: 'J ' })).toBeNull();
    expect(identityOf({ ...draft, last_name: '' })).toBeNull();
  });

  it.each(['', '0019-04-03', '0198-04-03', '2999-01-01', 'x'])('leaves out the date %j', (birth_date) => {
    expect(identityOf({ ...draft, birth_date })).toEqual({ first_name: 'Jürgen', last_name: 'Müller' });
  });
});

describe('isSameIdentity', () => {
  it('compares names and birth date', () => {
    expect(isSameIdentity(identityOf(draft), identityOf({ ...draft }))).toBe(true);
    expect(isSameIdentity(identityOf(draft), identityOf({ ...draft, birth_date: '' }))).toBe(false);
    expect(isSameIdentity(identityOf(draft), null)).toBe(false);
  });
});
