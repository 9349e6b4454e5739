'use client';

import { QueryClient, QueryClientProvider, useQueryClient } from '@tanstack/react-query';
import { createClient, type ReasonCode } from '@wardbell/client';
import { useClient, useConnection, WardbellProvider } from '@wardbell/client/react';
import { type ReactNode, useEffect, useState } from 'react';
import { isFailure } from '../../../shared/api/failure';
import { useSession } from '../../../shared/session/context';
import { createGetToken } from '../../../shared/session/get-token';
import type { Session } from '../../../shared/session/session';

/** True of a failure after which the same request may succeed a little later. */
const isTemporary = (error: unknown): boolean => isFailure(error) && error.temporary;

const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        // The browser's idea of being online is often wrong: ask the server instead.
        networkMode: 'always',
        retry: (failures, error) => failures < 3 && isTemporary(error),
        staleTime: 30_000,
        refetchOnWindowFocus: false,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });

const createLiveClient = (session: Session) =>
  createClient({
    url: '/ws',
    // The static export renders this once without a page.
    WebSocket: typeof window === 'undefined' ? null : undefined,
    getToken: createGetToken(session),
  });

/** Reasons that may mean that the session is over: the server is asked, and the sign-in page shown if so. */
const DOUBTFUL: ReadonlySet<ReasonCode> = new Set([
  'signedOut',
  'missingToken',
  'authenticationFailed',
  'tokenRejected',
  'identityChanged',
  'accessRevoked',
  'sessionLocked',
  'tenantSuspended',
]);

const SessionWatch = () => {
  const session = useSession();
  const client = useClient();
  const { state } = useConnection();
  const code = state.status === 'stopped' ? state.reason.code : undefined;
  useEffect(() => {
    if (code === undefined || !DOUBTFUL.has(code)) return;
    void session.verify().then((stands) => {
      // The screen was locked and unlocked again, and the connection was told of the lock alone.
      if (stands && (code === 'accessRevoked' || code === 'sessionLocked')) client.start();
    });
  }, [code, session, client]);
  return null;
};

/** How often what could not be loaded is asked for again, in milliseconds. */
const RETRY_MS = 15_000;

/** Loads again what failed for a while only: as soon as the connection is live again, and then from time to time. */
const FailureWatch = () => {
  const cache = useQueryClient();
  const isLive = useConnection().state.status === 'live';
  useEffect(() => {
    if (!isLive) return;
    const retry = () => {
      // A page that nobody looks at asks for nothing.
      if (document.visibilityState === 'hidden') return;
      void cache.refetchQueries({ type: 'active', predicate: ({ state }) => isTemporary(state.error) });
    };
    retry();
    const timer = setInterval(retry, RETRY_MS);
    return () => clearInterval(timer);
  }, [isLive, cache]);
  return null;
};

/** The one connection and the one cache that all rooms of a signed-in person share. */
export const LiveRoot = ({ children }: { children: ReactNode }) => {
  const session = useSession();
  const [queryClient] = useState(createQueryClient);
  const [liveClient] = useState(() => createLiveClient(session));
  useEffect(() => () => queryClient.clear(), [queryClient]);
  return (
    <QueryClientProvider client={queryClient}>
      <WardbellProvider client={liveClient}>
        <SessionWatch />
        <FailureWatch />
        {children}
      </WardbellProvider>
    </QueryClientProvider>
  );
};
