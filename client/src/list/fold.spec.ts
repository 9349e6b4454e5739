import type { Change } from './changes.js';
import { dedupe } from './dedupe.js';
import { fold as foldNumbered } from './fold.js';
import type { ListRules, LivePage } from './page.js';

interface Row {
  readonly id: string;
  readonly version: number;
  readonly name: string;
}

const row = (id: string, name = id, version = 1): Row => ({ id, name, version });
const put = (id: string, name: string, version: number): Change<Row> => ({
  op: 'put',
  row: row(id, name, version),
});
const page = (...data: Row[]): LivePage<Row> => ({ data, next: null, seq: 1, epoch: 'e' });
const names = (pages: readonly LivePage<Row>[]) =>
  pages.map(({ data }) => data.map(({ name }) => name).join(' '));
const byName = (a: Row, b: Row) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** All changes are newer than all pages, of which only the last may have others after it. */
const fold = (
  pages: readonly LivePage<Row>[],
  changes: readonly Change<Row>[],
  rules: Pick<ListRules<Row>, 'include' | 'compare'>,
  boundary?: Row,
) =>
  foldNumbered(
    pages,
    changes.map((change) => ({ seq: 2, change })),
    rules,
    pages.map(({ data }, index) => ({
      seq: 1,
      boundary: index === pages.length - 1 ? boundary : data.at(-1),
    })),
  );

describe('fold', () => {
  it('lets the newer version win and leaves what is older alone', () => {
    const pages = [page(row('a', 'ann', 3), row('b', 'ben', 1))];
    const { pages: next } = fold(pages, [put('a', 'old', 2), put('b', 'bea', 2)], {});
    expect(names(next)).toEqual(['ann bea']);
    expect(next[0]?.data[0]).toBe(pages[0]?.data[0]);
  });

  it('gives back the same pages when nothing changed, so that nothing is drawn again', () => {
    const pages = [page(row('a')), page(row('b'))];
    expect(fold(pages, [put('a', 'a', 1), { op: 'delete', id: 'z' }], {}).pages).toBe(pages);
    const { pages: next } = fold(pages, [{ op: 'delete', id: 'b' }], {});
    expect(next[0]).toBe(pages[0]);
    expect(names(next)).toEqual(['a', '']);
  });

  it('removes what was deleted, and shows what was restored after that', () => {
    const deleted = [put('a', 'ann', 2), { op: 'delete', id: 'a' }] as const;
    expect(names(fold([page(row('a'))], deleted, {}).pages)).toEqual(['']);
    const restored = [...deleted, put('a', 'back', 4)];
    expect(names(fold([page(row('a'))], restored, {}).pages)).toEqual(['back']);
    expect(names(fold([page()], restored, { compare: byName }).pages)).toEqual(['back']);
  });

  it('keeps a row whose snapshot is newer than its deletion', () => {
    const pages = [page(row('a', 'back', 3))];
    const changes = (seq: number) => [{ seq, change: { op: 'delete', id: 'a' } as const }];
    const known = [{ seq: 15, boundary: undefined }];
    expect(foldNumbered(pages, changes(15), {}, known).pages).toBe(pages);
    expect(names(foldNumbered(pages, changes(16), {}, known).pages)).toEqual(['']);
  });

  it('puts new rows first without an order, and where they belong with one', () => {
    const pages = [page(row('b'), row('d')), page(row('f'))];
    const changes = [put('c', 'c', 1), put('g', 'g', 1), put('a', 'a', 1)];
    expect(names(fold(pages, changes, {}).pages)).toEqual(['a g c b d', 'f']);
    expect(names(fold(pages, changes, { compare: byName }).pages)).toEqual(['a b c d', 'f g']);
  });

  it('moves a row whose place changed, across pages', () => {
    const pages = [page(row('1', 'ann'), row('2', 'ben')), page(row('3', 'cat'))];
    expect(names(fold(pages, [put('1', 'zoe', 2)], { compare: byName }).pages)).toEqual(['ben', 'cat zoe']);
  });

  it('leaves rows beyond the last loaded page to that page, even when the row at its edge is gone', () => {
    const pages = [page(row('1', 'ann'), row('2', 'cat'))];
    const boundary = row('9', 'dan');
    const changes = [put('3', 'dab', 1), put('4', 'eve', 1), put('1', 'zoe', 2)];
    expect(names(fold(pages, changes, { compare: byName }, boundary).pages)).toEqual(['cat dab']);
  });

  it('leaves out of a page what its newer snapshot did not have', () => {
    const pages = [page(row('b'))];
    const rules = { compare: byName };
    const known = [{ seq: 15, boundary: undefined }];
    const changes = (seq: number) => [{ seq, change: put('a', 'a', 1) }];
    expect(names(foldNumbered(pages, changes(15), rules, known).pages)).toEqual(['b']);
    expect(names(foldNumbered(pages, changes(16), rules, known).pages)).toEqual(['a b']);
  });

  it('takes in and lets go of rows as they begin and cease to belong', () => {
    const rules = { include: ({ name }: Row) => name.startsWith('a') };
    const pages = [page(row('1', 'ann'), row('2', 'abe'))];
    const { pages: next } = fold(
      pages,
      [put('1', 'ben', 2), put('3', 'ada', 7), put('4', 'cat', 1)],
      rules,
      undefined,
    );
    expect(names(next)).toEqual(['ada abe']);
  });

  it('asks the server about rows that only it can judge', () => {
    const rules = { include: ({ name }: Row) => (name === 'who' ? 'unsure' : true) } as const;
    const known = fold([page(row('1', 'ann'))], [put('1', 'who', 2)], rules);
    expect(known.unsure).toBe(true);
    expect(names(known.pages)).toEqual(['who']);
    const unknown = fold([page(row('1', 'ann'))], [put('2', 'who', 1)], rules);
    expect(unknown.unsure).toBe(true);
    expect(names(unknown.pages)).toEqual(['ann']);
  });
});

describe('dedupe', () => {
  it('keeps the newer of two, of equals the first, and the very pages where there are none', () => {
    const one = [page(row('a'), row('b', 'ben', 2)), page(row('b', 'bea', 3), row('a'))];
    expect(names(dedupe(one))).toEqual(['a', 'bea']);
    const none = [page(row('a')), page(row('b'))];
    expect(dedupe(none)).toBe(none);
  });
});
