'use client';

import { type InfiniteData, type QueryKey, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { LiveRow } from '../list/changes.js';
import type { LivePage } from '../list/page.js';
import { manyPages, singlePage } from './layout.js';
import type {
  LiveInfiniteQueryOptions,
  LiveInfiniteQueryResult,
  LiveQueryOptions,
  LiveQueryResult,
} from './options.js';
import { useJoined } from './use-joined.js';

/**
 * Disables reloads by time, focus and network, because the stream keeps the data fresh. Pages are identified by object
 * identity, so TanStack must not replace them with equal copies.
 */
const LIVE = {
  staleTime: Number.POSITIVE_INFINITY,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
  structuralSharing: false,
} as const;

/**
 * A list of one page that follows the database: it is loaded into the query cache, joined with the stream at the
 * position of its snapshot, updated at most once per animation frame, and reloaded when its position expires.
 */
export const useLiveQuery = <Row extends LiveRow, Page extends LivePage<Row>>(
  options: LiveQueryOptions<Row, Page>,
): LiveQueryResult<Page> => {
  const { changes, include, compare, queryKey, queryFn, ...passed } = options;
  const query = useQuery({
    ...LIVE,
    ...passed,
    queryKey,
    queryFn: ({ signal }): Promise<Page> => queryFn({ queryKey, signal, after: null }),
  });
  const live = useJoined(queryKey, singlePage<Page>(), options);
  return { ...query, live };
};

/**
 * The same for a list of many pages (`next`): `fetchNextPage()` loads the next one, and each page is joined separately.
 */
export const useLiveInfiniteQuery = <Row extends LiveRow, Page extends LivePage<Row>>(
  options: LiveInfiniteQueryOptions<Row, Page>,
): LiveInfiniteQueryResult<Row, Page> => {
  const { changes, include, compare, queryKey, queryFn, ...passed } = options;
  const query = useInfiniteQuery<Page, Error, InfiniteData<Page, string | null>, QueryKey, string | null>({
    ...LIVE,
    ...passed,
    queryKey,
    queryFn: ({ signal, pageParam }): Promise<Page> => queryFn({ queryKey, signal, after: pageParam }),
    initialPageParam: null,
    getNextPageParam: (page) => page.next ?? null,
  });
  const live = useJoined(queryKey, manyPages<Page>(), options);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data]);
  return { ...query, live, rows };
};
