import type { User } from '@wardbell/contract';
import { BY_EMAIL, readSort, sortAddress, sortUsers } from './order';

const user = (email: string, last_sign_in_at: string | null): User => ({
  id: email,
  tenant_id: null,
  email,
  name: email,
  role: 'clinician',
  status: 'active',
  version: 1,
  created_at: '2026-01-15T10:35:00.123Z',
  updated_at: '2026-01-15T10:35:00.123Z',
  last_sign_in_at,
});

describe('sortUsers', () => {
  const rows = [
    user('a', '2026-11-02T08:00:00.000Z'),
    user('b', null),
    user('c', '2026-11-03T08:00:00.000Z'),
    user('d', null),
  ];

  it.each([
    ['email', false, 'a b c d'],
    ['email', true, 'd c b a'],
    ['last_sign_in', true, 'c a b d'],
    ['last_sign_in', false, 'b d a c'],
  ] as const)('by %s, descending: %s', (by, descending, ids) => {
    const sorted = sortUsers(rows, { by, descending });
    expect(sorted.map(({ id }) => id).join(' ')).toBe(ids);
    const address = new Map(Object.entries(sortAddress({ by, descending })));
    expect(readSort((name) => address.get(name) ?? null)).toEqual({ by, descending });
  });

  it('is by e-mail address where an address says nothing that is known', () => {
    expect(readSort(() => 'shoe size')).toEqual(BY_EMAIL);
  });
});
