/** A row of the log; numbers have no hole, but a page of one type skips some. */
export interface Numbered {
  readonly seq: number;
}

/** A page of the log, newest first; `next` is where the older ones begin, null when there are none. */
export interface LogPage<Row extends Numbered> {
  readonly data: readonly Row[];
  readonly next: string | null;
}

export type ReadPage<Row extends Numbered> = (before: number, limit: number) => Promise<LogPage<Row>>;

/** "From the newest on": above every number that there is. */
export const NEWEST = Number.MAX_SAFE_INTEGER;
const FIRST_LOOK = 50;
const LONG_LOOK = 200;
/** Further behind than this, what is shown is dropped: the reader wants now, not an hour of scrolling. */
const MAX_LOOKS = 6;

/** What came after `known`, newest first; `restart` says that too much did and what is shown must be replaced. */
export interface News<Row extends Numbered> {
  readonly rows: readonly Row[];
  readonly restart: LogPage<Row> | null;
}

/** Reads backwards from the newest until it meets what is known, so that nothing between is missing. */
export const readNews = async <Row extends Numbered>(
  known: number,
  read: ReadPage<Row>,
): Promise<News<Row>> => {
  const rows: Row[] = [];
  let before = NEWEST;
  for (let look = 1; look <= MAX_LOOKS; look++) {
    const page = await read(before, look === 1 ? FIRST_LOOK : LONG_LOOK);
    const fresh = page.data.filter(({ seq }) => seq > known);
    rows.push(...fresh);
    if (fresh.length < page.data.length || page.next === null) return { rows, restart: null };
    before = Number(page.next);
  }
  return { rows: [], restart: { data: rows, next: String(before) } };
};
