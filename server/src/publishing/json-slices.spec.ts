import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { elementTexts, memberText, shapeOf } from './json-slices.js';

describe('Slices of JSON', () => {
  it('are the texts of all elements, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), fc.constantFrom(0, 2), (values, indent) => {
        const texts = elementTexts(JSON.stringify(values, null, indent));
        expect(texts.map((text): unknown => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(values)));
      }),
    );
  });

  it('are the text of a member, whatever surrounds it', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.jsonValue(),
        fc.string(),
        (rest, value, name) => {
          const text = JSON.stringify({ ...rest, [name]: value }, null, 1);
          expect(JSON.parse(memberText(text, name) ?? '')).toEqual(JSON.parse(text)[name]);
        },
      ),
    );
  });

  it('keep numbers as they were written', () => {
    expect(memberText('{"data" : {"n": 9007199254740993, "f": 1.50} , "x":1}', 'data')).toBe(
      '{"n": 9007199254740993, "f": 1.50}',
    );
    expect(elementTexts('[ 1e400 ,-0,[12345678901234567890]]')).toEqual([
      '1e400',
      '-0',
      '[12345678901234567890]',
    ]);
  });

  it('take the last of two members with one name, as JSON.parse does', () => {
    expect(memberText('{"a":1,"a":2}', 'a')).toBe('2');
    expect(memberText('{"b":1}', 'a')).toBeUndefined();
    expect(memberText('{}', 'a')).toBeUndefined();
  });

  it('say how deep a text is and how much its numbers may grow, not counting what stands in strings', () => {
    expect(shapeOf('{"a":[{"e99":"[[[[1e999"}],"t":true}')).toEqual({ depth: 3, hiddenDigits: 0 });
    expect(shapeOf('[1e300,2E-20,3.5e+7]')).toEqual({ depth: 1, hiddenDigits: 327 });
  });
});
