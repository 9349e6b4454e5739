import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const PAGES = [
  ...readdirSync('.').flatMap((name) => [name, join(name, 'README.md')]),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((path) => join('docs', path)),
].filter((path) => path.endsWith('.md') && existsSync(path));

const withoutCode = (text: string): string => text.replaceAll(/^```.*?^```/gms, '');

/** The anchor that Markdown renderers give a heading. */
const anchorOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const anchorsOf = (page: string): Set<string> =>
  new Set(
    [...withoutCode(readFileSync(page, 'utf8')).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      anchorOf(heading),
    ),
  );

/** Links of a page that lead to no file or no heading. */
const deadLinksIn = (page: string, text: string): string[] =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => {
      if (/^(?:https?|mailto):/.test(link)) return false;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).has(anchor);
    });

describe('A link between the pages of the project', () => {
  it.each(PAGES)('in %s leads to a file, and its anchor to a heading', (page) => {
    expect(deadLinksIn(page, readFileSync(page, 'utf8'))).toEqual([]);
  });

  it('is found when its file or heading is not there', () => {
    const links =
      '[a](nothing.md) [b](#no-heading) [c](SECURITY.md#nothing) [d](https://wardbell.test) [e](docs)';
    expect(deadLinksIn('README.md', links)).toEqual(['nothing.md', '#no-heading', 'SECURITY.md#nothing']);
  });
});
