import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadConfig } from '../../platform/config/config.js';
import { Problem } from '../../platform/errors/problem.js';
import { Cursors } from './cursor.js';

const cursorsOf = (jwtSecret: string) =>
  new Cursors(
    loadConfig({
      JWT_SECRET: jwtSecret,
      SUPER_ADMIN_EMAIL: 'a@b.test',
      SUPER_ADMIN_PASSWORD: 'long enough to pass',
    }),
  );
const cursors = cursorsOf('a secret of the test that is long enough');

describe('Cursors', () => {
  it('give back the position that was sealed, on every instance', () => {
    const other = cursorsOf('a secret of the test that is long enough');
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string({ unit: 'binary' })), (list, position) => {
        expect(other.open(list, cursors.seal(list, position))).toEqual(position);
      }),
    );
  });

  it('open under no other list, secret, or change', () => {
    const cursor = cursors.seal('patients/a', ['doe, jane', '1']);
    const refused = [
      () => cursors.open('patients/b', cursor),
      () => cursorsOf('another secret that is long enough, too').open('patients/a', cursor),
      ...Array.from(cursor, (letter, index) => () => {
        const swapped = letter === 'A' ? 'B' : 'A';
        // the last letter has bits that no byte takes: changing those changes nothing
        if (index === cursor.length - 1) throw new Problem('validation_failed');
        cursors.open('patients/a', cursor.slice(0, index) + swapped + cursor.slice(index + 1));
      }),
      () => cursors.open('patients/a', ''),
      () => cursors.open('patients/a', 'AAAA'),
    ];
    for (const attempt of refused) expect(attempt).toThrow(Problem);
  });

  it('fit the limit of the query for the longest names', () => {
    const name = '字'.repeat(402);
    expect(cursors.seal(`patients/${'x'.repeat(36)}`, [name, 'x'.repeat(36)]).length).toBeLessThan(4_000);
  });
});
