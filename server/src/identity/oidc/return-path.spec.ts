import { describe, expect, it } from '@jest/globals';
import { toReturnPath, withParameter } from './return-path.js';

describe('The path to come back to after a sign-in', () => {
  it.each(['/', '/patients/', '/patients/?patient=3&tab=x', '/a%2F%2Fb', '/apiary'])(
    'is %s as given',
    (path) => {
      expect(toReturnPath(path)).toBe(path);
    },
  );

  it.each([
    ['nothing', undefined],
    ['nothing in it', ''],
    ['another site', 'https://evil.example/'],
    ['another site without a scheme', '//evil.example/'],
    ['a backslash for a slash', '/\\evil.example/'],
    ['a backslash later', '/a\\..\\\\evil.example'],
    ['a tab between slashes', '/\t/evil.example'],
    ['a line break between slashes', '/\n/evil.example'],
    ['dots that lead to two slashes', '/.//evil.example'],
    ['dots that lead to two slashes later', '/a/..//evil.example'],
    ['encoded dots that do', '/%2e//evil.example'],
    ['a script', 'javascript:alert(1)'],
    ['a relative path', 'patients/'],
    ['the API', '/api/v1/auth/oidc/x'],
    ['the API behind dots', '/x/../api/v1/auth/oidc/x'],
    ['a letter that is not ASCII', '/\u2028/'],
    ['too much', `/${'a'.repeat(500)}`],
  ])('is the start of the console for %s', (_, path) => {
    expect(toReturnPath(path)).toBe('/');
  });

  it('takes a parameter more, in the place of its own of that name', () => {
    expect(withParameter('/patients/?a=1&oidc_error=x', 'oidc_error', 'failed')).toBe(
      '/patients/?a=1&oidc_error=failed',
    );
  });
});
