import { splitDetails, wordOf } from './changes';

describe('splitDetails', () => {
  it('puts old and new values of a field together, and leaves the rest', () => {
    expect(
      splitDetails({ count: 3, 'old.role': 'clinician', 'new.role': 'tenant_admin', 'new.limits.max': 5 }),
    ).toEqual({
      changes: [
        { field: 'role', before: 'clinician', after: 'tenant_admin' },
        { field: 'limits.max', before: null, after: 5 },
      ],
      others: [['count', 3]],
    });
    expect(splitDetails(null)).toEqual({ changes: [], others: [] });
  });

  it('names a field by its last part', () => {
    expect(wordOf('policy.idle_minutes')).toBe('idle_minutes');
    expect(wordOf('role')).toBe('role');
  });
});
