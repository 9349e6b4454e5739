'use client';

import { createContext, type ReactNode, useContext, useEffect } from 'react';
import type { ApplicationData } from '../events.js';
import type { AnyClient, Client } from '../options.js';

const ClientContext = createContext<AnyClient | null>(null);

/** Delay of `stop`, because React mounts components twice in development. */
const STOP_DELAY_MS = 50;
const stopping = new WeakMap<AnyClient, ReturnType<typeof setTimeout>>();

/** Shares one client with all components below: connects while it is mounted. */
export function WardbellProvider({
  client,
  children,
}: {
  readonly client: AnyClient;
  readonly children?: ReactNode;
}) {
  useEffect(() => {
    clearTimeout(stopping.get(client));
    client.start();
    return () => {
      stopping.set(
        client,
        setTimeout(() => client.stop(), STOP_DELAY_MS),
      );
    };
  }, [client]);
  return <ClientContext.Provider value={client}>{children}</ClientContext.Provider>;
}

/** The client of the provider above. Throws when there is none. */
export const useClient = <App extends ApplicationData = Record<never, object>>(): Client<App> => {
  const client = useContext(ClientContext);
  if (!client) throw new Error('WardbellProvider is missing above this component');
  // The declared application types do not exist at run time.
  return client as unknown as Client<App>;
};
