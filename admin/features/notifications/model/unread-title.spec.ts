import { unmarked, withUnread } from './unread-title';

describe('the number of unread notices in the title', () => {
  it('stands before the name of the page, once, and changes with the number', () => {
    const three = withUnread('Schedule · Wardbell', 3);
    expect(three).toBe('(3) Schedule · Wardbell');
    expect(withUnread(three, 4)).toBe('(4) Schedule · Wardbell');
    expect(withUnread(three, 3)).toBe(three);
  });

  it('is gone when nothing is unread', () => {
    expect(withUnread('(12) Termine · Wardbell', 0)).toBe('Termine · Wardbell');
    expect(unmarked('(99+) Termine · Wardbell')).toBe('Termine · Wardbell');
  });

  it('is never more than two digits', () => {
    expect(withUnread('Patients · Wardbell', 99)).toBe('(99) Patients · Wardbell');
    expect(withUnread('Patients · Wardbell', 100)).toBe('(99+) Patients · Wardbell');
    expect(withUnread('(99+) Patients · Wardbell', 2)).toBe('(2) Patients · Wardbell');
  });

  it('leaves a name in brackets alone', () => {
    expect(withUnread('(old) Patients · Wardbell', 1)).toBe('(1) (old) Patients · Wardbell');
    expect(unmarked('(old) Patients · Wardbell')).toBe('(old) Patients · Wardbell');
  });
});
