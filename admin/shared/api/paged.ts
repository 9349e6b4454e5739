import type { UseInfiniteQueryResult } from '@tanstack/react-query';

/** A list that is loaded as far as one scrolls, as a room shows it. */
export interface Paged {
  /** Nothing to show yet. */
  readonly loading: boolean;
  /** The last page is here. */
  readonly complete: boolean;
  readonly loadingMore: boolean;
  readonly error: Error | null;
  /** Asks for the next page, unless there is none, one is under way, or the last attempt failed. */
  readonly loadMore: () => void;
  /** Tries again what failed: the next page, else the whole list. */
  readonly retry: () => void;
}

type Query = Pick<
  UseInfiniteQueryResult,
  | 'data'
  | 'error'
  | 'isPending'
  | 'isError'
  | 'isFetching'
  | 'hasNextPage'
  | 'isFetchingNextPage'
  | 'isFetchNextPageError'
> & {
  // Any of its answers: what they hold is no concern of this.
  readonly fetchNextPage: () => Promise<unknown>;
  readonly refetch: () => Promise<unknown>;
};

/** What a room needs to know of an infinite query, beside its rows. */
export const pagedOf = (query: Query): Paged => ({
  loading: query.isPending && !query.isError,
  complete: query.data !== undefined && !query.hasNextPage,
  loadingMore: query.isFetchingNextPage,
  error: query.error,
  loadMore: () => {
    if (query.hasNextPage && !query.isFetching && !query.isFetchNextPageError) void query.fetchNextPage();
  },
  retry: () => void (query.isFetchNextPageError ? query.fetchNextPage() : query.refetch()),
});
