import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { overlaps, WILDCARD } from './glob.js';
import { countNamed, staleIn, staleOf } from './references.js';
import { titlesOf } from './test-titles.js';

const PAGES = readdirSync('docs', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md'))
  .map((path) => `docs/${path}`);

describe('What the documentation names', () => {
  it.each(PAGES)('in %s is there: test files, titles of tests, files of tables', (page) => {
    expect(staleIn(page)).toEqual([]);
  });

  it.each([
    ['docs/security.md', 120, 100],
    ['docs/asvs.md', 120, 100],
    ['docs/hipaa.md', 30, 30],
    ['docs/promises.md', 20, 0],
  ])('is found in %s: at least %i files and %i titles', (page, files, titles) => {
    const named = countNamed(page);
    expect(named.files).toBeGreaterThanOrEqual(files);
    expect(named.titles).toBeGreaterThanOrEqual(titles);
  });
});

describe('docs/asvs.md', () => {
  it('has each requirement of levels 1 and 2 of ASVS 5.0.0 once: 70 and 183', () => {
    const rows = [...readFileSync('docs/asvs.md', 'utf8').matchAll(/^\| ([\d., ]+) \| ([12]) \|/gm)];
    const numbers = rows.flatMap(([, cell = '', level]) =>
      cell.split(', ').map((number) => ({ number, level })),
    );
    expect(new Set(numbers.map(({ number }) => number)).size).toBe(numbers.length);
    expect(numbers.filter(({ level }) => level === '1')).toHaveLength(70);
    expect(numbers.filter(({ level }) => level === '2')).toHaveLength(183);
  });

  it('gives each row one of its statuses', () => {
    const rows = readFileSync('docs/asvs.md', 'utf8')
      .split('\n')
      .filter((line) => /^\| \d/.test(line));
    for (const row of rows) {
      expect([row, row.split(' | ')[3]]).toEqual([
        row,
        expect.stringMatching(/^(met|partly|not|operator|–)$/),
      ]);
    }
  });
});

describe('A page is told its stale line', () => {
  const PAGE = 'docs/page.md';
  const stale = (...lines: string[]) => staleOf(PAGE, lines.join('\n'));

  it('when a test file is not there', () => {
    expect(stale('', 'see `http/nothing`')).toEqual([
      'docs/page.md:2 names the test http/nothing, which is not there',
    ]);
    expect(stale('`nothing.spec.ts`')).toHaveLength(1);
    expect(stale('[nothing](../test/integration/http/nothing.test.ts)')).toHaveLength(1);
    expect(stale('`http/auth`, `cursor.spec.ts`, [auth](../test/integration/http/auth.test.ts)')).toEqual([]);
  });

  it('when no test has the title', () => {
    expect(stale('`http/auth`: "Signing in", "Signing out"')).toEqual([
      'docs/page.md:1 quotes "Signing out", which no test of http/auth is called',
    ]);
  });

  it('when a title is cut without an ellipsis', () => {
    expect(stale('`http/auth`: "gives a token for 15 minutes"')).toHaveLength(1);
    expect(stale('`http/auth`: "gives a token for 15 minutes, …"')).toEqual([]);
    expect(stale('`http/auth`: "… for 15 minutes, and the account"')).toEqual([]);
  });

  it('when a column of tests quotes a title of no file', () => {
    expect(stale('| requirement | test |', '|---|---|', '| one | "Signing in" |')).toEqual([
      'docs/page.md:3 quotes "Signing in" of no file',
    ]);
  });

  it('when a column of tests has its file in its head, and the file no such test', () => {
    const table = ['| test: `http/auth` |', '|---|', '| "Signing in", "Signing out" |'];
    expect(stale(...table)).toEqual([
      'docs/page.md:3 quotes "Signing out", which no test of http/auth is called',
    ]);
  });

  it('when a column of places names a file that is not there', () => {
    expect(
      stale('| requirement | where |', '|---|---|', '| one | `auth/nothing.ts`, `token.service.ts` |'),
    ).toEqual(['docs/page.md:3 names auth/nothing.ts, which is not there']);
  });

  it('and blocks of code and other code in a text name no tests', () => {
    expect(stale('```sh', 'npm test `http/nothing`', '```', '`GET /users/{id}` says "nothing"')).toEqual([]);
  });
});

describe('Titles', () => {
  it('of a table are there for each row, as far as a row is a literal', () => {
    const source = `
      it.each([['TLSv1.1', {}], ['an old suite', {}]] as const)('%s is refused', () => {});
      it.each(ROUTES)('%s asks for a token', () => {});
      it.each([{ role: 'x' }])('shows $role nothing', () => {});
      const whenBuilt = built ? it : it.skip;
      whenBuilt(\`runs \${COUNT} times\`, () => {});
      socket.on('message', () => {});`;
    expect(titlesOf('x.ts', source)).toEqual([
      'TLSv1.1 is refused',
      'an old suite is refused',
      `${WILDCARD} asks for a token`,
      `shows ${WILDCARD} nothing`,
      `runs ${WILDCARD} times`,
    ]);
  });

  it.each([
    ['GET /users asks for a token', `${WILDCARD} asks for a token`, true],
    [`${WILDCARD}asks for a token`, `${WILDCARD} asks for a token`, true],
    ['GET /users asks for nothing', `${WILDCARD} asks for a token`, false],
    ['whatever', WILDCARD, false],
  ])('%j and %j overlap: %s', (quotation, title, answer) => {
    expect(overlaps(quotation, title)).toBe(answer);
  });
});
