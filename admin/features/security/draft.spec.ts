import { DEFAULT_SECURITY_POLICY as POLICY } from '@wardbell/contract/account';
import { changedFields, demandsFrom, toDraft, toValues, validateDraft } from './draft';
import en from './messages/en.json';

describe('A draft of a security policy', () => {
  it('is the policy and back, an empty field of a floor being no bound', () => {
    expect(toValues(toDraft(POLICY))).toEqual(POLICY);
    expect(toDraft({ idle_minutes: 15 })).toEqual({
      second_factor: 'optional',
      idle_minutes: 15,
      absolute_hours: '',
      max_sessions_per_user: '',
    });
    expect(toValues(toDraft({ idle_minutes: 15 }))).toEqual({ second_factor: 'optional', idle_minutes: 15 });
  });

  it('sends what was changed and nothing else', () => {
    expect(changedFields(POLICY, toDraft(POLICY))).toEqual({});
    expect(changedFields(POLICY, { ...toDraft(POLICY), second_factor: 'admins', idle_minutes: 20 })).toEqual({
      second_factor: 'admins',
      idle_minutes: 20,
    });
  });

  it('is held against the contract and the floor', () => {
    const check = (draft: object, floor = {}, isOptional = false) =>
      validateDraft({ ...toDraft(POLICY), ...draft }, floor, isOptional, en.errors);
    expect(check({})).toEqual({});
    expect(check({ idle_minutes: 4, absolute_hours: 169 })).toEqual({
      idle_minutes: 'At least 5',
      absolute_hours: 'At most 168',
    });
    expect(check({ idle_minutes: '', max_sessions_per_user: '1x' })).toEqual({
      idle_minutes: en.errors.whole,
      max_sessions_per_user: en.errors.whole,
    });
    expect(check({ idle_minutes: '' }, {}, true)).toEqual({});
    expect(check({}, { idle_minutes: 15, second_factor: 'admins' })).toEqual({
      idle_minutes: 'At most 15: your provider requires it',
      second_factor: en.errors.demand,
    });
    expect(
      check({ idle_minutes: 15, second_factor: 'everybody' }, { idle_minutes: 15, second_factor: 'admins' }),
    ).toEqual({});
    expect(demandsFrom({ second_factor: 'admins' })).toEqual(['admins', 'everybody']);
    expect(demandsFrom({})).toEqual(['optional', 'admins', 'everybody']);
  });
});
