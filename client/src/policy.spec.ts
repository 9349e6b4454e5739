import { CLOSE, type CloseName, closeAction } from '@wardbell/contract/close-code';
import fc from 'fast-check';
import { MAX_DELAY_MS, WAIT_FLOOR_MS } from './backoff.js';
import { type Ending, MAX_REJECTIONS, plan } from './policy.js';

const ending = (change: Partial<Ending>): Ending => ({
  code: 1006,
  closeReason: '',
  attempt: 1,
  rejections: 0,
  restartAfterMs: null,
  offline: false,
  random: 0.5,
  ...change,
});

const endings = fc.record({
  code: fc.oneof(
    fc.integer({ min: 1000, max: 4999 }),
    fc.constantFrom(...Object.values(CLOSE).map((c) => c.code)),
  ),
  closeReason: fc.string(),
  attempt: fc.integer({ min: 1, max: 10_000 }),
  rejections: fc.integer({ min: 0, max: 20 }),
  restartAfterMs: fc.option(fc.integer({ min: 0, max: 60_000 })),
  offline: fc.boolean(),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

describe('plan', () => {
  it.each(Object.keys(CLOSE) as CloseName[])('tells %s by its code and exact reason', (name) => {
    const { code, reason } = CLOSE[name];
    const next = plan(ending({ code, closeReason: reason, rejections: 1 }));
    expect('stop' in next ? next.stop : next.reason).toEqual({ code: name, closeCode: code });
    expect('stop' in next).toBe(closeAction(code) === 'stop');
  });

  it.each([1002, 1003, 1007, 1009])(
    'stops for good after %i: a fault that repeating would not heal',
    (code) => {
      expect(plan(ending({ code }))).toHaveProperty('stop');
    },
  );

  it('stops exactly for the codes of the table that say so, and for tokens refused too often', () => {
    fc.assert(
      fc.property(endings, (given) => {
        const tooOften = closeAction(given.code) === 'refresh' && given.rejections > MAX_REJECTIONS;
        expect('stop' in plan(given)).toBe(closeAction(given.code) === 'stop' || tooOften);
      }),
    );
  });

  it('waits at least five seconds after a 4429, and never longer than the cap beyond that', () => {
    fc.assert(
      fc.property(endings, (given) => {
        const next = plan({ ...given, code: 4429 });
        if ('stop' in next) throw new Error('stopped');
        expect(next.delayMs).toBeGreaterThanOrEqual(WAIT_FLOOR_MS);
        expect(next.delayMs).toBeLessThan(WAIT_FLOOR_MS + MAX_DELAY_MS);
      }),
    );
  });

  it('takes the slot that server_restarting gave, and one of its own when there was none', () => {
    expect(plan(ending({ code: 1012, restartAfterMs: 1_234 }))).toMatchObject({ delayMs: 1_234 });
    expect(plan(ending({ code: 1012, random: 0 }))).toMatchObject({ delayMs: 0 });
    expect(plan(ending({ code: 1012, random: 0.999 }))).toMatchObject({ delayMs: 4_995 });
  });

  it('asks for a fresh token at once after the first 4401, later with backoff, and gives up in the end', () => {
    expect(plan(ending({ code: 4401, rejections: 1 }))).toMatchObject({ delayMs: 0, freshToken: true });
    expect(plan(ending({ code: 4401, rejections: 3 }))).toMatchObject({ delayMs: 2_000, freshToken: true });
    expect(plan(ending({ code: 4401, rejections: MAX_REJECTIONS + 1 }))).toEqual({
      stop: { code: 'tokenRejected' },
    });
  });

  it('tries again after any code that nobody knows, with backoff', () => {
    fc.assert(
      fc.property(endings, (given) => {
        const next = plan({ ...given, code: 4999 });
        if ('stop' in next) throw new Error('stopped');
        expect(next.delayMs).toBeLessThanOrEqual(MAX_DELAY_MS);
        expect(next.reason).toEqual({ code: 'connectionLost', closeCode: 4999 });
      }),
    );
  });

  it('says that the device is offline instead of guessing when the line was cut', () => {
    expect(plan(ending({ offline: true }))).toMatchObject({ reason: { code: 'offline' } });
    expect(plan(ending({ offline: true, cause: 'heartbeatTimeout' }))).toMatchObject({
      reason: { code: 'offline' },
    });
    expect(plan(ending({ offline: true, code: 4413 }))).toMatchObject({ reason: { code: 'slowConsumer' } });
  });
});
