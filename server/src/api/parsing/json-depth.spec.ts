import { describe, expect, it } from '@jest/globals';
import { isTooDeep } from './json-depth.js';

const nested = (depth: number, open = '[', close = ']', inner = '') =>
  open.repeat(depth) + inner + close.repeat(depth);

describe('isTooDeep', () => {
  it.each([
    ['arrays', nested(32), nested(33)],
    ['objects', nested(32, '{"a":', '}', '1'), nested(33, '{"a":', '}', '1')],
    ['a text that never closes them', '['.repeat(32), '['.repeat(1_000_000)],
    ['levels beside each other', `[${`${nested(31)},`.repeat(9)}1]`, `[${nested(31)},${nested(32)}]`],
  ])('takes 32 levels of %s and refuses 33', (_, legal, deep) => {
    expect([isTooDeep(legal), isTooDeep(deep)]).toEqual([false, true]);
  });

  it('does not count brackets in texts, whatever is escaped there', () => {
    for (const text of ['[[[', '\\"[', '\\\\', '\\', '"', '{"'].map((value) =>
      JSON.stringify(value.repeat(40)),
    ))
      expect(isTooDeep(`{"a":${text},"b":${nested(31)}}`)).toBe(false);
    expect(isTooDeep(`{"a":"\\\\",${nested(32)}}`)).toBe(true);
  });
});
