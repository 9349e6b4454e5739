import type { Change, LiveRow } from './changes.js';
import type { ListRules, LivePage } from './page.js';

/** A change with the sequence number of its event. */
export interface Numbered<Row extends LiveRow> {
  readonly seq: number;
  readonly change: Change<Row>;
}

/** Metadata of a loaded page. */
export interface PageMeta<Row> {
  /** The page contains every change up to this number. */
  readonly seq: number;
  /** Last row of the server's page while more pages follow. Marks the end of the page even if the row has moved. */
  readonly boundary: Row | undefined;
}

export interface Folded<Page> {
  /** The same array when nothing changed. Unchanged pages and rows are the same objects. */
  readonly pages: readonly Page[];
  /** True when only the server can decide whether a row belongs to the list. */
  readonly unsure: boolean;
}

/** The net change of each row: the newest version or its deletion. A row that comes after its deletion was restored. */
const netChanges = <Row extends LiveRow>(changes: readonly Numbered<Row>[]): Map<string, Numbered<Row>> => {
  const net = new Map<string, Numbered<Row>>();
  for (const numbered of changes) {
    const { change } = numbered;
    const id = change.op === 'put' ? change.row.id : change.id;
    const before = net.get(id)?.change;
    const isOlder = before?.op === 'put' && change.op === 'put' && change.row.version <= before.row.version;
    if (!isOlder) net.set(id, numbered);
  }
  return net;
};

/** Index at which the row must be inserted to keep the order. */
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

/**
 * Applies changes to the loaded pages of a list. One pass over the rows, whatever the number of changes.
 * @param metas of each page
 * @param loadsAll without an order: rows may be shown before their page is loaded
 */
export const fold = <Row extends LiveRow, Page extends LivePage<Row>>(
  pages: readonly Page[],
  changes: readonly Numbered<Row>[],
  { include, compare }: Pick<ListRules<Row>, 'include' | 'compare'>,
  metas: readonly PageMeta<Row>[],
  loadsAll = false,
): Folded<Page> => {
  const net = netChanges(changes);
  const arrivals: { readonly seq: number; readonly row: Row }[] = [];
  let unsure = false;
  const belongs = (row: Row): boolean | 'unsure' => {
    const verdict = include?.(row) ?? true;
    unsure ||= verdict === 'unsure';
    return verdict;
  };

  const changed = (row: Row, snapshotSeq: number): Row | undefined => {
    const numbered = net.get(row.id);
    if (!numbered) return row;
    const { change, seq } = numbered;
    // A page whose snapshot is newer than the deletion has the row because it was restored.
    if (change.op === 'delete' && seq <= snapshotSeq) return row;
    net.delete(row.id);
    if (change.op === 'delete') return undefined;
    if (change.row.version <= row.version) return row;
    if (!belongs(change.row)) return undefined;
    if (!compare || compare(row, change.row) === 0) return change.row;
    arrivals.push({ seq, row: change.row });
    return undefined;
  };

  const next = pages.map((page, index) => {
    if (net.size === 0) return page;
    const snapshotSeq = metas[index]?.seq ?? 0;
    const data = page.data.map((row) => changed(row, snapshotSeq));
    const same = data.every((row, index) => row === page.data[index]);
    return same ? page : { ...page, data: data.filter((row) => row !== undefined) };
  });

  // Without an order the place of a missing old row is unknown: with a filter it may be new in the list, otherwise it
  // is most likely on a page that is not loaded.
  const takesOld = compare || include || loadsAll || metas.at(-1)?.boundary === undefined;
  for (const { change, seq } of net.values()) {
    if (change.op === 'delete' || belongs(change.row) !== true) continue;
    if (takesOld || change.row.version === 1) arrivals.push({ seq, row: change.row });
  }
  for (const { seq, row } of arrivals) {
    const index = compare
      ? metas.findIndex(({ boundary }) => boundary === undefined || compare(row, boundary) <= 0)
      : 0;
    const page = next[index];
    // A page whose snapshot is newer than the event contains the row, if it still exists. A row after the last page is
    // loaded with its page.
    if (!page || seq <= (metas[index]?.seq ?? 0)) continue;
    const at = compare ? indexFor(page.data, row, compare) : 0;
    next[index] = { ...page, data: page.data.toSpliced(at, 0, row) };
  }

  const same = next.every((page, index) => page === pages[index]);
  return { pages: same ? pages : next, unsure };
};
