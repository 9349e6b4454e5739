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

/** What `useConnection()` gives. */
export interface Connection {
  readonly state: State;
  readonly position: Position | null;
  /** Reconnects at once, for a "try now" button; after a stop it starts again. */
  readonly retry: () => void;
}

/** What is handed to TanStack as it is. */
interface Passed {
  readonly enabled?: boolean;
  readonly staleTime?: number;
  readonly gcTime?: number;
  readonly retry?: boolean | number;
  readonly networkMode?: NetworkMode;
}

/** What a list's query function is given; `after` is the `next` of the page before, null for the first. */
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

/** Options of `useLiveInfiniteQuery`: what belongs to pages that are not loaded is known by the order alone. */
export interface LiveInfiniteQueryOptions<Row extends LiveRow, Page extends LivePage<Row>>
  extends LiveQueryOptions<Row, Page> {
  readonly compare: (a: Row, b: Row) => number;
}

export interface Live {
  /** The rows shown are complete and will change with the database; false: they may be stale, say so. */
  readonly live: boolean;
}

/** The cache holds one `Page` under the `queryKey`. */
export type LiveQueryResult<Page> = UseQueryResult<Page> & Live;

/** The cache holds TanStack's `InfiniteData` of pages under the `queryKey`; `rows` are all of them. */
export type LiveInfiniteQueryResult<Row extends LiveRow, Page extends LivePage<Row>> = UseInfiniteQueryResult<
  InfiniteData<Page, string | null>
> &
  Live & { readonly rows: readonly Row[] };
