import { Burst, MAX_SINGLE, WINDOW_MS } from './burst';

describe('Burst', () => {
  it('lets the first of a burst through and counts the rest', () => {
    const burst = new Burst();
    const joined = Array.from({ length: MAX_SINGLE + 3 }, (_, n) => burst.add(1_000 + n));
    expect(joined).toEqual([0, 0, 0, 1, 2, 3]);
  });

  it('ends with a pause, not after a time: a burst that goes on stays one', () => {
    const burst = new Burst();
    const joined = Array.from({ length: 5 }, (_, n) => burst.add(n * WINDOW_MS));
    expect(joined).toEqual([0, 0, 0, 1, 2]);
    expect(burst.add(5 * WINDOW_MS + 1)).toBe(0);
  });
});
