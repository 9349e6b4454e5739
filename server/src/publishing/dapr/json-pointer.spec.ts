import { describe, expect, it } from '@jest/globals';
import { textAt } from './json-pointer.js';

describe('A JSON pointer', () => {
  const json = '{"a": {"b/c": [1, {"~": 9007199254740993}], "": "empty"}, "n": null}';

  it.each([
    ['/a/b~1c/0', '1'],
    ['/a/b~1c/1/~0', '9007199254740993'],
    ['/a/', '"empty"'],
    ['/n', 'null'],
    ['/a/b~1c', '[1, {"~": 9007199254740993}]'],
  ])('%s finds %s, as it was written', (pointer, text) => {
    expect(textAt(json, pointer)).toBe(text);
  });

  it.each(['/x', '/a/b~1c/2', '/a/b~1c/01', '/n/x', '/a/b~1c/0/x', '/constructor'])(
    '%s finds nothing',
    (pointer) => {
      expect(textAt(json, pointer)).toBeUndefined();
    },
  );
});
