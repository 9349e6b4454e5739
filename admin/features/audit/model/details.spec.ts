import { detailOf } from './details';

const words = { reasons: { forbidden: 'Role does not allow it' }, statuses: { arrived: 'Arrived' } };

describe('detailOf', () => {
  it('says codes of refusals and statuses of appointments in words', () => {
    expect(detailOf('code', 'forbidden', words)).toBe('Role does not allow it');
    expect(detailOf('undone', 'arrived', words)).toBe('Arrived');
    expect(detailOf('back_to', 'arrived', words)).toBe('Arrived');
  });

  it('leaves everything else as it was written, also a code of an older version', () => {
    expect(detailOf('code', 'retired_code', words)).toBe('retired_code');
    expect(detailOf('transport', 'arrived', words)).toBe('arrived');
    expect(detailOf('status', 403, words)).toBe('403');
  });
});
