import type { Change, LiveRow } from './changes.js';
import type { ListRules, LivePage } from './page.js';

export interface Folded<Page> {
  /** The same array when nothing changed; pages and rows that did not change are the same objects. */
  readonly pages: readonly Page[];
  /** Only the server can tell whether a row belongs here. */
  readonly unsure: boolean;
}

/** What remains to be done for each row: of several versions the newest, and nothing brings back what was deleted. */
const netChanges = <Row extends LiveRow>(changes: readonly Change<Row>[]): Map<string, Change<Row>> => {
  const net = new Map<string, Change<Row>>();
  for (const change of changes) {
    const id = change.op === 'put' ? change.row.id : change.id;
    const before = net.get(id);
    const older =
      before?.op === 'delete' ||
      (before !== undefined && change.op === 'put' && change.row.version <= before.row.version);
    if (!older) net.set(id, change);
  }
  return net;
};

/** Index at which the row keeps the order. */
const indexFor = <Row>(rows: readonly Row[], row: Row, compare: (a: Row, b: Row) => number): number => {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = rows[middle];
    if (other !== undefined && compare(other, row) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
};

const insert = <Row extends LiveRow, Page extends LivePage<Row>>(
  pages: readonly Page[],
  row: Row,
  compare: ((a: Row, b: Row) => number) | undefined,
): Page[] => {
  const target = compare
    ? Math.max(
        0,
        pages.findLastIndex(({ data: [first] }) => first !== undefined && compare(first, row) <= 0),
      )
    : 0;
  return pages.map((page, index) =>
    index === target
      ? { ...page, data: page.data.toSpliced(compare ? indexFor(page.data, row, compare) : 0, 0, row) }
      : page,
  );
};

/**
 * Applies changes to the loaded pages of a list. One pass over the rows, whatever the number of changes.
 * @param boundary last row that the server gave while more pages follow: a row beyond it comes with its page
 */
export const fold = <Row extends LiveRow, Page extends LivePage<Row>>(
  pages: readonly Page[],
  changes: readonly Change<Row>[],
  { include, compare }: Pick<ListRules<Row>, 'include' | 'compare'>,
  boundary: Row | undefined,
): Folded<Page> => {
  const net = netChanges(changes);
  let unsure = false;
  const inserts: Row[] = [];
  const belongs = (row: Row): boolean | 'unsure' => {
    const verdict = include?.(row) ?? true;
    unsure ||= verdict === 'unsure';
    return verdict;
  };

  const changed = (row: Row): Row | undefined => {
    const change = net.get(row.id);
    if (!change) return row;
    net.delete(row.id);
    if (change.op === 'delete') return undefined;
    if (change.row.version <= row.version) return row;
    if (!belongs(change.row)) return undefined;
    if (!compare || compare(row, change.row) === 0) return change.row;
    inserts.push(change.row);
    return undefined;
  };

  let next = pages.map((page) => {
    if (net.size === 0) return page;
    const data = page.data.map(changed);
    const same = data.every((row, index) => row === page.data[index]);
    return same ? page : { ...page, data: data.filter((row) => row !== undefined) };
  });

  const complete = boundary === undefined;
  for (const change of net.values()) {
    if (change.op === 'delete' || belongs(change.row) !== true) continue;
    // Without an order nobody knows where an unseen old row is: with a filter it may have just come in, else
    // it stands on a page that is not loaded yet.
    if (compare || complete || include || change.row.version === 1) inserts.push(change.row);
  }
  for (const row of inserts)
    if (complete || !compare || compare(row, boundary) <= 0) next = insert(next, row, compare);

  const same = next.every((page, index) => page === pages[index]);
  return { pages: same ? pages : next, unsure };
};
