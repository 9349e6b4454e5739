'use client';

import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { Connection } from './options.js';
import { useClient } from './provider.js';

/** The state of the shared connection. The component renders again after each change. */
export const useConnection = (): Connection => {
  const client = useClient();
  const subscribe = useCallback((listener: () => void) => client.onState(listener), [client]);
  const read = () => client.state;
  const state = useSyncExternalStore(subscribe, read, read);
  return useMemo(
    () => ({
      state,
      get position() {
        return client.position;
      },
      retry: () => client.retry(),
    }),
    [client, state],
  );
};
