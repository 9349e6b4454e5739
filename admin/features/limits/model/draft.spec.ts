import { describe, expect, it } from '@jest/globals';
import type { Limits } from '@wardbell/contract';
import { formatMessage } from '../../../shared/text/message';
import en from '../messages/en.json';
import { changedFields, toDraft, toLimits, validateDraft } from './draft';

const none: Limits = { max_connections: null, max_connections_per_user: null, max_messages_per_minute: null };
const base = { ...none, max_connections: 50, max_connections_per_user: 3 };

describe('A draft of limits', () => {
  it('is the limits and back, an empty field being no limit', () => {
    expect(toDraft(base)).toEqual({
      max_connections: 50,
      max_connections_per_user: 3,
      max_messages_per_minute: '',
    });
    expect(toLimits(toDraft(base), none)).toEqual(base);
  });

  it('sends what was changed and nothing else', () => {
    expect(changedFields(base, toDraft(base))).toEqual({});
    expect(changedFields(base, { ...toDraft(base), max_connections: '' })).toEqual({ max_connections: null });
    expect(changedFields(base, { ...toDraft(base), max_messages_per_minute: 9 })).toEqual({
      max_messages_per_minute: 9,
    });
  });

  it('is held against the contract and the ceilings', () => {
    const check = (draft: object, ceilings = none) =>
      validateDraft({ ...toDraft(base), ...draft }, ceilings, en.errors);
    expect(check({})).toEqual({});
    expect(check({ max_connections: 0 })).toEqual({});
    expect(check({ max_connections_per_user: 0 })).toEqual({
      max_connections_per_user: formatMessage(en.errors.atLeast, { n: 1 }),
    });
    expect(check({ max_connections: 1_000_001 })).toEqual({
      max_connections: formatMessage(en.errors.atMost, { n: 1_000_000 }),
    });
    expect(check({ max_connections: 1.5 })).toEqual({ max_connections: en.errors.whole });
    expect(check({ max_connections: '-' })).toEqual({ max_connections: en.errors.whole });
    expect(check({}, { ...none, max_connections: 49 })).toEqual({
      max_connections: formatMessage(en.errors.aboveCeiling, { n: 49 }),
    });
    expect(check({ max_connections: '' }, { ...none, max_connections: 49 })).toEqual({});
  });
});
