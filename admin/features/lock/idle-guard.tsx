'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useClient } from '@wardbell/client/react';
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Me } from '../../shared/api/types';
import { Splash } from '../../shared/components/splash';
import { lazily } from '../../shared/lazily';
import { useMe, useSession } from '../../shared/session/context';
import { IdleWatch, idleLimits, isLocked, type LockedPerson } from '../../shared/session/idle';
import { collectInput, SEALED_KEY } from '../../shared/session/kept-input';
import { createActivityReport } from '../../shared/session/report-activity';
import { IdleProvider } from './idle-context';

const LockScreen = lazily(
  async () => (await import('./lock-screen')).LockScreen,
  () => <Splash />,
);
const IdleWarning = lazily(async () => (await import('./idle-warning')).IdleWarning);

const personOf = (me: Me): LockedPerson => ({
  name: me.name,
  email: me.email,
  isExternal: me.factors === null,
  hasPin: me.has_pin === true,
});

/**
 * Locks a screen that was left alone, and the session with it: what the screen showed, toasts and dialogs too, is taken out
 * of the document and out of memory, not covered. What was not saved is encrypted and comes back for the same person.
 */
export const IdleGuard = ({ children }: { children: ReactNode }) => {
  const session = useSession();
  const client = useClient();
  const cache = useQueryClient();
  const me = useMe();
  const [watch] = useState(() => new IdleWatch(idleLimits(me.idle_minutes), personOf(me)));
  watch.person = personOf(me);
  const presence = useSyncExternalStore(
    watch.subscribe,
    () => watch.presence,
    () => 'active' as const,
  );
  const locked = isLocked(presence);
  /** False from a lock until what was not saved is there again: forms look for it when they appear. */
  const [open, setOpen] = useState(() => !locked && sessionStorage.getItem(SEALED_KEY) === null);
  const sealing = useRef<Promise<void>>(Promise.resolve());

  useEffect(() => {
    const onLock = () => {
      const input = collectInput();
      const key = session.inputKey;
      if (key === null || Object.keys(input).length === 0) return;
      sealing.current = import('./sealed-input')
        .then(({ sealInput }) => sealInput(input, key, me.id))
        .catch(() => undefined);
    };
    return watch.start({ onAct: createActivityReport(client, session.api), onLock });
  }, [watch, client, session, me.id]);

  useEffect(() => {
    if (presence === 'gone') void session.signOut('idle');
    // The lock must not depend on a server that may be away when it is needed.
    if (presence === 'warned') {
      void import('./lock-screen').catch(() => undefined);
      void import('./sealed-input').catch(() => undefined);
    }
  }, [presence, session]);

  useEffect(() => {
    if (!locked) return;
    setOpen(false);
    cache.clear();
    void sealing.current.then(() => session.lock());
  }, [locked, cache, session]);

  useEffect(() => {
    if (locked || open) return;
    let isOver = false;
    const resume = async () => {
      await sealing.current;
      await session.resume();
      const key = session.inputKey;
      if (key !== null && sessionStorage.getItem(SEALED_KEY) !== null) {
        const { openInput } = await import('./sealed-input');
        await openInput(key, me.id);
      }
      if (isOver) return;
      client.start();
      setOpen(true);
    };
    void resume().catch(() => setOpen(true));
    return () => {
      isOver = true;
    };
  }, [locked, open, session, client, me.id]);

  return (
    <IdleProvider value={watch}>
      {locked ? (
        <LockScreen person={watch.person} />
      ) : open ? (
        <>
          {children}
          {presence === 'warned' && <IdleWarning />}
        </>
      ) : (
        <Splash />
      )}
    </IdleProvider>
  );
};
