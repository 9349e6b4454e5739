import { idleLimits, presenceAt } from './idle';

describe('presenceAt', () => {
  const limits = idleLimits(30);
  const { lockAfterMs, warningMs, signOutAfterMs } = limits;

  it.each([
    [0, 'active'],
    [lockAfterMs - warningMs - 1, 'active'],
    [lockAfterMs - warningMs, 'warned'],
    [lockAfterMs - 1, 'warned'],
    [lockAfterMs, 'locked'],
    [signOutAfterMs - 1, 'locked'],
    [signOutAfterMs, 'gone'],
  ])('after %d ms without activity is %s', (idleMs, presence) => {
    expect(presenceAt(idleMs, false, limits)).toBe(presence);
  });

  it('stays locked however short ago somebody moved', () => {
    expect(presenceAt(0, true, limits)).toBe('locked');
    expect(presenceAt(signOutAfterMs, true, limits)).toBe('gone');
  });
});

describe('idleLimits', () => {
  it('locks after half of the time after which the server ends the session', () => {
    expect(idleLimits(5)).toEqual({ lockAfterMs: 150_000, warningMs: 60_000, signOutAfterMs: 300_000 });
    expect(idleLimits(null)).toEqual(idleLimits(30));
  });
});
