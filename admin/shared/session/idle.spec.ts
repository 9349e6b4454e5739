import { IDLE, presenceAt } from './idle';

describe('presenceAt', () => {
  const { lockAfterMs, warningMs, signOutAfterMs } = IDLE;

  it.each([
    [0, 'active'],
    [lockAfterMs - warningMs - 1, 'active'],
    [lockAfterMs - warningMs, 'warned'],
    [lockAfterMs - 1, 'warned'],
    [lockAfterMs, 'locked'],
    [signOutAfterMs - 1, 'locked'],
    [signOutAfterMs, 'gone'],
  ])('after %d ms without activity is %s', (idleMs, presence) => {
    expect(presenceAt(idleMs, false)).toBe(presence);
  });

  it('stays locked however short ago somebody moved', () => {
    expect(presenceAt(0, true)).toBe('locked');
    expect(presenceAt(signOutAfterMs, true)).toBe('gone');
  });
});
