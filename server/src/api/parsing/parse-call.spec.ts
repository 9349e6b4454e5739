import { describe, expect, it } from '@jest/globals';
import { parseIfMatch } from './parse-call.js';

describe('If-Match', () => {
  it.each([
    ['"3"', [3]],
    ['W/"3"', [3]],
    [' "1" , W/"2","9" ', [1, 2, 9]],
    ['"3", "abc"', [3]],
    ['"0"', []],
    ['3', []],
    ['', []],
    ['"2147483647"', [2_147_483_647]],
    ['"2147483648"', []], // no version is that large, and PostgreSQL would refuse to compare
  ])('%j names %j', (header, versions) => {
    expect(parseIfMatch(header)).toEqual(versions);
  });

  it('asks for any version when absent or *', () => {
    expect([parseIfMatch(undefined), parseIfMatch(' * ')]).toEqual([null, null]);
  });
});
