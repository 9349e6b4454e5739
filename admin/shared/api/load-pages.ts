interface Page<Row> {
  readonly data: readonly Row[];
  readonly next: string | null;
}

/** What was loaded of a list; `complete` is false when it is longer than what was asked for. */
export interface Loaded<Row> {
  readonly rows: readonly Row[];
  readonly complete: boolean;
}

/** Loads a list page by page, at most so many of them: a list that is watched must cost a bounded amount. */
export const loadPages = async <Row>(
  maxPages: number,
  load: (after: string | undefined) => Promise<Page<Row>>,
): Promise<Loaded<Row>> => {
  const rows: Row[] = [];
  let after: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const { data, next } = await load(after);
    rows.push(...data);
    if (next === null) return { rows, complete: true };
    after = next;
  }
  return { rows, complete: false };
};

/** Milliseconds between two loads of a list that is watched: the more pages it has, the more. */
export const paceOfPages =
  (pageMs: number, rowsOfPage: number) =>
  (loaded: Loaded<unknown> | undefined): number =>
    pageMs * Math.max(1, Math.ceil((loaded?.rows.length ?? 0) / rowsOfPage));
