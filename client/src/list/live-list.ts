import type { AnyClient } from '../options.js';
import type { LiveRow } from './changes.js';
import { Join } from './join.js';
import type { ListRules, LivePage } from './page.js';

export interface LiveListOptions<Row extends LiveRow> extends ListRules<Row> {
  /** Loads a page; `after` is the `next` of the page before, null for the first. */
  readonly load: (after: string | null, signal: AbortSignal) => Promise<LivePage<Row>>;
  /** Called with the rows to show: at once after a pause, in a burst once per animation frame, and when `live` changes. */
  readonly show: (list: LiveRows<Row>) => void;
}

export interface LiveRows<Row extends LiveRow> {
  readonly rows: readonly Row[];
  /** True: the rows are complete and follow the database. False: they may be stale or loading; indicate it. */
  readonly live: boolean;
}

/**
 * Loads all pages of a list and joins them with the stream. The list is complete from the first paint on and stays
 * complete through disconnects, restarts and sleep. With React use `useLiveQuery`. Returns a function that stops it.
 */
export const liveList = <Row extends LiveRow>(
  client: AnyClient,
  options: LiveListOptions<Row>,
): (() => void) => {
  let pages: readonly LivePage<Row>[] = [];
  let isFullyLoaded = false;
  let wasFullyLoaded = false;
  let shown: LiveRows<Row> | null = null;
  const stop = new AbortController();

  const show = () => {
    if (stop.signal.aborted) return;
    const live = isFullyLoaded && join.following && client.state.status === 'live';
    // During a reload the old list is shown and marked as not live.
    const rows = shown && wasFullyLoaded && !isFullyLoaded ? shown.rows : pages.flatMap(({ data }) => data);
    if (shown && shown.live === live && sameRows(shown.rows, rows)) return;
    shown = { rows, live };
    options.show(shown);
  };

  const reload = async () => {
    isFullyLoaded = false;
    let after: string | null = null;
    let first = true;
    do {
      const page: LivePage<Row> = await options.load(after, stop.signal);
      if (stop.signal.aborted) return;
      after = page.next ?? null;
      // Each page is joined at once, because loading a long list could take longer than events are kept.
      pages = first ? [page] : [...pages, page];
      first = false;
      isFullyLoaded = after === null;
      wasFullyLoaded ||= isFullyLoaded;
      join.attach();
      show();
    } while (after !== null);
  };

  const store = {
    read: () => pages,
    write: (next: readonly LivePage<Row>[]) => {
      pages = next;
      show();
    },
    reload,
    loadsAll: true,
  };
  const join = new Join<Row, LivePage<Row>>(client, options, store, show);
  const unlisten = client.onState(show);
  join.load();
  return () => {
    stop.abort();
    unlisten();
    join.detach();
  };
};

const sameRows = <Row>(a: readonly Row[], b: readonly Row[]): boolean =>
  a.length === b.length && a.every((row, index) => row === b[index]);
