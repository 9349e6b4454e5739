'use client';

import { type QueryKey, type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useSyncExternalStore } from 'react';
import { type Presence, type PresenceList, withStatus } from '../presence.js';
import type { Live } from './options.js';
import { useClient } from './provider.js';
import { useEvents } from './use-events.js';

/** Options of `usePresence`. */
export interface PresenceOptions {
  /** Loads `GET /presence`. */
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<PresenceList>;
  readonly queryKey?: QueryKey;
  readonly enabled?: boolean;
}

/** `users` are all rows, those that are offline included. */
export type PresenceResult = UseQueryResult<PresenceList> & Live & { readonly users: readonly Presence[] };

const DEFAULT_KEY: QueryKey = ['wardbell', 'presence'];
const NOBODY: readonly Presence[] = [];

/**
 * The users of the tenant with their status: `GET /presence`, joined with the `user_status` frames. Frames are not
 * replayed, so the list is loaded again after each reconnect. The client must follow the topic `presence`, as it does
 * unless it was given other topics or types.
 *
 * @example
 *   const { users, live } = usePresence({
 *     queryFn: async ({ signal }) => (await rest('GET /presence', { signal })).data,
 *   });
 */
export const usePresence = ({
  queryFn,
  queryKey = DEFAULT_KEY,
  enabled = true,
}: PresenceOptions): PresenceResult => {
  const client = useClient();
  const cache = useQueryClient();
  const query = useQuery({
    queryKey,
    enabled,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    queryFn: async ({ signal }): Promise<PresenceList> => {
      // frames that arrive during the load may be newer than its snapshot
      const frames: Pick<Presence, 'user_id' | 'status'>[] = [];
      const stop = client.on('user_status', ({ data }) => void frames.push(data));
      try {
        const list = await queryFn({ signal });
        return frames.reduce((joined, frame) => withStatus(joined, frame, Date.now()), list);
      } finally {
        stop();
      }
    },
  });
  useEvents('user_status', ({ data }) => {
    cache.setQueryData<PresenceList>(queryKey, (list) => list && withStatus(list, data, Date.now()));
  });

  const isConnected = useSyncExternalStore(
    useCallback((listener: () => void) => client.onState(listener), [client]),
    () => client.state.status === 'live',
    () => false,
  );
  const { refetch } = query;
  const wasConnected = useRef(isConnected);
  useEffect(() => {
    if (isConnected && !wasConnected.current && enabled) void refetch({ cancelRefetch: true });
    wasConnected.current = isConnected;
  }, [isConnected, enabled, refetch]);

  return { ...query, live: isConnected && query.isSuccess, users: query.data?.data ?? NOBODY };
};
