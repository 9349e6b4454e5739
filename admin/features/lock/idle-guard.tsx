'use client';

import { useClient } from '@wardbell/client/react';
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { Splash } from '../../shared/components/splash';
import { lazily } from '../../shared/lazily';
import { useSession } from '../../shared/session/context';
import { IdleWatch } from '../../shared/session/idle';
import { createActivityReport } from '../../shared/session/report-activity';
import { IdleProvider } from './idle-context';

const LockScreen = lazily(
  async () => (await import('./lock-screen')).LockScreen,
  () => <Splash />,
);
const IdleWarning = lazily(async () => (await import('./idle-warning')).IdleWarning);

/**
 * Locks a screen that was left alone: what it showed, toasts and dialogs too, is taken out of the document, not
 * covered. After some minutes more nobody is signed in.
 */
export const IdleGuard = ({ children }: { children: ReactNode }) => {
  const session = useSession();
  const client = useClient();
  const [watch] = useState(() => new IdleWatch());
  const presence = useSyncExternalStore(
    watch.subscribe,
    () => watch.presence,
    () => 'active' as const,
  );
  useEffect(() => watch.start(createActivityReport(client, session.api)), [watch, client, session]);
  useEffect(() => {
    if (presence === 'gone') void session.signOut('idle');
    // The lock must not depend on a server that may be away when it is needed.
    if (presence === 'warned') void import('./lock-screen').catch(() => undefined);
  }, [presence, session]);
  return (
    <IdleProvider value={watch}>
      {presence === 'locked' || presence === 'gone' ? (
        <LockScreen />
      ) : (
        <>
          {children}
          {presence === 'warned' && <IdleWarning />}
        </>
      )}
    </IdleProvider>
  );
};
