import { describe, expect, it } from '@jest/globals';
import { RepeatLimit } from './repeat-limit.js';

describe('A limit of lines that repeat themselves', () => {
  it('lets the first of each kind through at once, then one in 30 s that says how many it stands for', () => {
    let nowMs = 0;
    const limit = new RepeatLimit(() => nowMs);
    expect(limit.pass('database')).toBe(1);
    expect(limit.pass('other')).toBe(1);
    for (nowMs = 1_000; nowMs < 30_000; nowMs += 1_000) expect(limit.pass('database')).toBeUndefined();
    expect(limit.pass('database')).toBe(30);
    expect(limit.pass('database')).toBeUndefined();
  });
});
