'use client';

import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useSyncExternalStore } from 'react';
import type { LiveRow } from '../list/changes.js';
import type { ListRules, LivePage } from '../list/page.js';
import type { Layout } from './layout.js';
import { useClient } from './provider.js';
import { registryOf } from './registry.js';

/** Joins a query's pages with the stream while the component is mounted. True while they are live. */
export const useJoined = <Row extends LiveRow, Page extends LivePage<Row>, Data>(
  queryKey: QueryKey,
  layout: Layout<Page, Data>,
  { changes, include, compare }: ListRules<Row>,
): boolean => {
  const client = useClient();
  const queryClient = useQueryClient();
  const list = registryOf(queryClient, client).list<Row, Page, Data>(queryKey, layout);
  // Declared before the subscription below, so that its effect applies the changes since the load first.
  useEffect(() => {
    list.rules = { changes, ...(include && { include }), ...(compare && { compare }) };
  });
  const following = useSyncExternalStore(
    list.subscribe,
    () => list.following,
    () => false,
  );
  const connected = useSyncExternalStore(
    useCallback((listener: () => void) => client.onState(listener), [client]),
    () => client.state.status === 'live',
    () => false,
  );
  return following && connected;
};
