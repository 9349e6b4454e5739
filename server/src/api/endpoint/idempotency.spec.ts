import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonical } from './idempotency.js';

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (!(value instanceof Object)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, shuffled(inner)]),
  );
};

describe('A canonical request', () => {
  it('is the same whatever the order of its fields', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value: unknown = JSON.parse(text);
        expect(canonical(shuffled(value))).toBe(canonical(value));
      }),
    );
  });

  it('differs where the request does', () => {
    const texts = [undefined, null, {}, [], { a: 1 }, { a: '1' }, { a: [1, 2] }, { a: [2, 1] }, { b: 1 }].map(
      canonical,
    );
    // nothing and null are one: neither is a body
    expect(new Set(texts).size).toBe(texts.length - 1);
  });
});
