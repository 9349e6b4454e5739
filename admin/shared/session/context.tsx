'use client';

import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { Api } from '../api/api';
import type { Me } from '../api/types';
import { Session, type SessionState } from './session';

const SessionContext = createContext<Session | null>(null);

const RESTORING: SessionState = { status: 'restoring' };

export const SessionProvider = ({ children }: { children: ReactNode }) => {
  const [session] = useState(() => new Session());
  useEffect(() => session.start(), [session]);
  return <SessionContext value={session}>{children}</SessionContext>;
};

export const useSession = (): Session => {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('useSession needs a SessionProvider above it');
  return session;
};

export const useSessionState = (): SessionState => {
  const session = useSession();
  return useSyncExternalStore(
    session.subscribe,
    () => session.state,
    () => RESTORING,
  );
};

/** The API in the name of whoever is signed in. */
export const useApi = (): Api => useSession().api;

const MeContext = createContext<Me | null>(null);
export const MeProvider = MeContext;

/** Who is signed in; only below the console's gate. */
export const useMe = (): Me => {
  const me = useContext(MeContext);
  if (me === null) throw new Error('useMe is for signed-in screens only');
  return me;
};
