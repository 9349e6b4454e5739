import { describe, expect, it } from '@jest/globals';
import { coarsen, highestOf, latestOf } from './series';

describe('What a chart says in words', () => {
  it('skips what is not known', () => {
    expect(latestOf([1, 2, null])).toBe(2);
    expect(highestOf([null, 3, 1])).toBe(3);
    expect(highestOf([null, -3])).toBe(-3);
    expect([latestOf([null]), highestOf([])]).toEqual([null, null]);
  });

  it('keeps the peaks when it says it in fewer rows', () => {
    const course = {
      timesS: [0, 60, 120, 180, 240],
      series: [{ id: 'a', label: 'A', values: [1, 9, null, 2, null] }],
    };
    expect(coarsen(course, 2)).toEqual({
      timesS: [0, 120, 240],
      series: [{ id: 'a', label: 'A', values: [9, 2, null] }],
    });
    expect(coarsen(course, 1)).toEqual(course);
  });
});
