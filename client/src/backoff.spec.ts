import fc from 'fast-check';
import { BASE_DELAY_MS, backoffMs, ceilingMs, MAX_DELAY_MS } from './backoff.js';

const attempts = fc.integer({ min: 1, max: 1_000_000 });
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backoff', () => {
  it('stays between nothing and the ceiling, whatever the attempt and the chance', () => {
    fc.assert(
      fc.property(attempts, chance, (attempt, random) => {
        const delayMs = backoffMs(attempt, random);
        expect(Number.isSafeInteger(delayMs)).toBe(true);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThan(ceilingMs(attempt));
        expect(ceilingMs(attempt)).toBeLessThanOrEqual(MAX_DELAY_MS);
      }),
    );
  });

  it('doubles its ceiling with each attempt until the cap', () => {
    fc.assert(
      fc.property(attempts, (attempt) => {
        expect(ceilingMs(attempt + 1)).toBe(Math.min(MAX_DELAY_MS, 2 * ceilingMs(attempt)));
      }),
    );
    expect(ceilingMs(1)).toBe(BASE_DELAY_MS);
  });

  it('uses the whole range: the jitter is full', () => {
    fc.assert(
      fc.property(attempts, fc.integer({ min: 0, max: 1_023 }), (attempt, part) => {
        expect(backoffMs(attempt, part / 1_024)).toBe(Math.floor((ceilingMs(attempt) * part) / 1_024));
      }),
    );
  });

  it('spreads a thousand clients that lost the same server: no tenth of the time gets more than a fifth', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let client = 0; client < 1_000; client += 1) {
      const tenth = Math.floor((backoffMs(6, Math.random()) / ceilingMs(6)) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.max(...tenths)).toBeLessThan(200);
  });

  it('grows with the chance and never shrinks with the attempt', () => {
    fc.assert(
      fc.property(attempts, chance, chance, (attempt, one, other) => {
        const [low, high] = one <= other ? [one, other] : [other, one];
        expect(backoffMs(attempt, low)).toBeLessThanOrEqual(backoffMs(attempt, high));
        expect(backoffMs(attempt, low)).toBeLessThanOrEqual(backoffMs(attempt + 1, low));
      }),
    );
  });
});
