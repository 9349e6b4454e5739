import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { overlaps, WILDCARD } from './glob.js';
import { readTitles } from './test-titles.js';

const TEST_FOLDERS = ['test', 'test/integration'];
const SOURCES = [
  'contract',
  'client',
  'client-python',
  'server',
  'admin',
  'test',
  'deploy',
  'docs',
  'scripts',
  'prisma',
];
const SOURCE_FILE = /\.(ts|tsx|js|mjs|mts|py|sh|sql|json|md|ya?ml|conf)$/;
const NOT_OURS = /(^|\/)(node_modules|dist|out|generated|\.next|\.cache|__pycache__)$/;
/** Suites that are programs of their own: their titles are those of their checks. */
const PROGRAMS = new Map([
  ['npm run test:containers', 'test/containers'],
  ['npm run test:databases', 'test/databases'],
]);

/** Files of the repository, relative to its root, which is the working folder. */
const allFiles: readonly string[] = (() => {
  const found: string[] = readdirSync('.', { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isFile()) found.push(path);
      else if (entry.isDirectory() && !NOT_OURS.test(path)) walk(path);
    }
  };
  for (const folder of SOURCES) walk(folder);
  return found;
})();
const allTests = allFiles.filter((path) => /\.(test|spec)\.tsx?$/.test(path));

const titlesByFile = new Map<string, readonly string[]>();
const titlesIn = (path: string): readonly string[] => {
  const titles = titlesByFile.get(path) ?? readTitles(path);
  titlesByFile.set(path, titles);
  return titles;
};

/** A test that a page names. `path` is what stands there, `titles` are the words in quotation marks behind it. */
interface Reference {
  readonly path: string;
  readonly files: readonly string[];
  readonly titles: readonly string[];
  readonly line: number;
}

/** `a file`: "a title", "another one"; a title may run over the end of a line. */
const NAMED = /`(?<code>[^`\n]+)`(?::? (?<quotes>"[^"]+"(?:(?:,|;| and) "[^"]+")*))?/g;
const LINKED = /\[[^\]]*\]\((?<target>[^)\s]+)\)(?::? (?<quotes>"[^"]+"(?:(?:,|;| and) "[^"]+")*))?/g;

/** What a page names and the repository does not have: one line each, ready to be read. */
export const staleIn = (page: string): string[] => staleOf(page, readFileSync(page, 'utf8'));

export function staleOf(page: string, text: string): string[] {
  const readable = withoutFences(text);
  return [
    ...referencesOf(page, readable).flatMap((reference) => staleTests(page, reference)),
    ...staleCells(page, readable),
  ];
}

/** How many tests and titles a page names, to notice when the form of its tables is no longer understood. */
export function countNamed(page: string): { readonly files: number; readonly titles: number } {
  const references = referencesOf(page, withoutFences(readFileSync(page, 'utf8')));
  return {
    files: references.length,
    titles: references.reduce((sum, { titles }) => sum + titles.length, 0),
  };
}

function referencesOf(page: string, text: string): Reference[] {
  const flat = text.replaceAll('\n', ' ');
  const found: Reference[] = [];
  const add = (index: number, path: string, files: readonly string[], quotes = ''): void => {
    const line = text.slice(0, index).split('\n').length;
    found.push({
      path,
      files,
      titles: [...quotes.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
      line,
    });
  };
  for (const { index, groups } of flat.matchAll(NAMED)) {
    const files = testFilesOf(groups?.['code'] ?? '');
    if (files !== undefined) add(index, groups?.['code'] ?? '', files, groups?.['quotes']);
  }
  for (const { index, groups } of flat.matchAll(LINKED)) {
    const target = normalize(join(dirname(page), groups?.['target'] ?? ''));
    if (/\.(test|spec)\.tsx?$/.test(target)) {
      add(index, target, existsSync(target) ? [target] : [], groups?.['quotes']);
    }
  }
  return found;
}

/** The files of a name as pages write it: `http/auth`, `cursor.spec.ts`, `audit/`. Undefined for other code. */
function testFilesOf(code: string): readonly string[] | undefined {
  const program = PROGRAMS.get(code);
  if (program !== undefined)
    return allFiles.filter((path) => path.startsWith(`${program}/`) && path.endsWith('.ts'));
  if (/\.(test|spec)\.tsx?$/.test(code)) return allTests.filter((path) => `/${path}`.endsWith(`/${code}`));
  const [, name] = /^(?:test\/)?([a-z][\w-]*(?:\/[\w.-]+)*\/?)$/.exec(code) ?? [];
  if (name === undefined || !name.includes('/') || SOURCE_FILE.test(name)) return undefined;
  const folders = TEST_FOLDERS.filter((folder) => existsSync(join(folder, name.split('/')[0] ?? '')));
  if (folders.length === 0) return undefined;
  const found = allTests.filter((path) =>
    folders.some((folder) => {
      const wanted = join(folder, name);
      return path.startsWith(wanted.replace(/\/?$/, '/')) || path.replace(/\.test\.tsx?$/, '') === wanted;
    }),
  );
  // a folder of sources may have the name of one of tests
  return found.length === 0 && existsSync(join('server/src', name)) ? undefined : found;
}

function staleTests(page: string, { path, files, titles, line }: Reference): string[] {
  if (files.length === 0) return [`${page}:${line} names the test ${path}, which is not there`];
  return titles
    .filter((title) => !files.some((file) => titlesIn(file).some((own) => overlaps(toPattern(title), own))))
    .map((title) => `${page}:${line} quotes "${title}", which no test of ${path} is called`);
}

/** An ellipsis stands for what was left out. Without one the quotation is the whole title. */
const toPattern = (quotation: string): string => quotation.replace(/ ?… ?/g, WILDCARD);

/**
 * Rows of tables: quotations of a column "test" belong to a file, which may stand in its head, and files of a column
 * "where" exist.
 */
function staleCells(page: string, text: string): string[] {
  const stale: string[] = [];
  let header: readonly string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const cells = line.startsWith('|') ? cellsOf(line) : [];
    if (header.length === 0 || cells.length === 0) header = cells;
    for (const [column, cell] of cells.entries()) {
      const head = header[column] ?? '';
      if (/^tests?\b/.test(head)) stale.push(...staleQuotations(page, index + 1, head, cell));
      if (head === 'where') {
        stale.push(
          ...missingFiles(cell).map((path) => `${page}:${index + 1} names ${path}, which is not there`),
        );
      }
    }
  }
  return stale;
}

const cellsOf = (row: string): string[] =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

function staleQuotations(page: string, line: number, head: string, cell: string): string[] {
  const titles = quotedWithoutFile(cell);
  const path = /^tests?: `([^`]+)`$/.exec(head)?.[1];
  if (path === undefined) return titles.map((title) => `${page}:${line} quotes "${title}" of no file`);
  return staleTests(page, { path, files: testFilesOf(path) ?? [], titles, line });
}

function quotedWithoutFile(cell: string): string[] {
  const named = [...cell.matchAll(NAMED), ...cell.matchAll(LINKED)].filter(
    ({ groups }) => groups?.['target'] !== undefined || testFilesOf(groups?.['code'] ?? '') !== undefined,
  );
  const rest = named.reduce((text, [whole]) => text.replace(whole, ''), cell);
  return [...rest.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title);
}

const missingFiles = (cell: string): string[] =>
  [...cell.matchAll(/`([\w./@-]+\.(?:ts|tsx|mjs|sh|sql|yaml|yml|json|conf|service))`/g)]
    .map(([, path = '']) => path)
    .filter((path) => !allFiles.some((file) => `/${file}`.endsWith(`/${path}`)));

/** Blocks of code keep their lines and lose their text. */
const withoutFences = (text: string): string =>
  text.replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, ''));
