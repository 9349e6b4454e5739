import { describe, expect, it } from '@jest/globals';
import { auditedChange } from './audited-change.js';

describe('auditedChange()', () => {
  it('has old and new values of the named fields that differ, those of objects inside too', () => {
    const before = { role: 'clinician', limits: { max: 5, min: 1 }, types: ['a'], name: 'x', same: 1 };
    const after = { role: 'tenant_admin', limits: { max: 7, min: 1 }, types: ['a', 'b'], name: 'y', same: 1 };
    expect(auditedChange(before, after, ['role', 'limits', 'types', 'same'])).toEqual({
      'old.role': 'clinician',
      'new.role': 'tenant_admin',
      'old.limits.max': 5,
      'new.limits.max': 7,
      'old.types': 'a',
      'new.types': 'a, b',
    });
  });

  it('leaves out what is null, and cuts long texts', () => {
    expect(auditedChange({ a: null, b: true }, { a: 'x'.repeat(400), b: false }, ['a', 'b'])).toEqual({
      'new.a': 'x'.repeat(300),
      'old.b': 'true',
      'new.b': 'false',
    });
  });
});
