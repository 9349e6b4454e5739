import { describe, expect, it } from '@jest/globals';
import { deriveKeys, parseSigningKeys, type SigningKeys } from './signing-keys.js';

const [A, B] = ['a'.repeat(32), `b:${'b'.repeat(30)}=`];

describe('JWT_SECRET', () => {
  it('is one secret without a name, whatever it consists of, or several with names', () => {
    expect(parseSigningKeys(`${A} and, more`)).toEqual([{ kid: undefined, secret: `${A} and, more` }]);
    expect(parseSigningKeys(`one:${A}`)).toEqual([{ kid: 'one', secret: A }]);
    expect(parseSigningKeys(`2026-12:${B}, one:${A}`)).toEqual([
      { kid: '2026-12', secret: B },
      { kid: 'one', secret: A },
    ]);
  });

  it.each([
    ['a short secret', 'short'],
    ['a short secret among long ones', `one:${A},two:short`],
    ['a secret without a name beside one with it', `${B.slice(2)}xx,one:${A}`],
    ['an empty name', `one:${A},:${B}`],
    ['an entry of nothing', `one:${A},`],
    ['a name that comes twice', `one:${A},one:${B}`],
    ['a secret that comes twice', `one:${A},two:${A}`],
    ['nine secrets', Array.from({ length: 9 }, (_, n) => `k${n}:${n}${A}`).join(',')],
  ])('is not %s', (_, value) => {
    expect(parseSigningKeys(value)).toBeUndefined();
  });

  it('gives each purpose and secret a key of its own', () => {
    const jwtKeys: SigningKeys = [
      { kid: 'a', secret: A },
      { kid: 'b', secret: B },
    ];
    const keys = [...deriveKeys({ jwtKeys }, 'one purpose'), ...deriveKeys({ jwtKeys }, 'another')];
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(4);
  });
});
