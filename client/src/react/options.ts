import type {
  InfiniteData,
  NetworkMode,
  QueryKey,
  UseInfiniteQueryResult,
  UseQueryResult,
} from '@tanstack/react-query';
import type { LiveRow } from '../list/changes.js';
import type { ListRules, LivePage } from '../list/page.js';
import type { Position } from '../position.js';
import type { State } from '../state.js';

/** The result of `useConnection()`. */
export interface Connection {
  readonly state: State;
  readonly position: Position | null;
  /** Reconnects at once, for a "try now" button; after a stop it starts again. */
  readonly retry: () => void;
}

/** Options that are passed to TanStack unchanged. */
interface Passed {
  readonly enabled?: boolean;
  readonly staleTime?: number;
  readonly gcTime?: number;
  readonly retry?: boolean | number;
  readonly networkMode?: NetworkMode;
}

/** Context of a list's query function. `after` is the `next` of the previous page, null for the first. */
export interface LiveQueryContext {
  readonly queryKey: QueryKey;
  readonly signal: AbortSignal;
  readonly after: string | null;
}

/** Options of `useLiveQuery`. */
export interface LiveQueryOptions<Row extends LiveRow, Page extends LivePage<Row>>
  extends Passed,
    ListRules<Row> {
  readonly queryKey: QueryKey;
  readonly queryFn: (context: LiveQueryContext) => Promise<Page>;
}

/** Options of `useLiveInfiniteQuery`. Requires an order, which tells rows of pages that are not loaded. */
export interface LiveInfiniteQueryOptions<Row extends LiveRow, Page extends LivePage<Row>>
  extends LiveQueryOptions<Row, Page> {
  readonly compare: (a: Row, b: Row) => number;
}

export interface Live {
  /** True: the rows are complete and follow the database. False: they may be stale; indicate it. */
  readonly live: boolean;
}

/** The cache holds one `Page` under the `queryKey`. */
export type LiveQueryResult<Page> = UseQueryResult<Page> & Live;

/** The cache holds TanStack's `InfiniteData` of pages under the `queryKey`; `rows` are all of them. */
export type LiveInfiniteQueryResult<Row extends LiveRow, Page extends LivePage<Row>> = UseInfiniteQueryResult<
  InfiniteData<Page, string | null>
> &
  Live & { readonly rows: readonly Row[] };
