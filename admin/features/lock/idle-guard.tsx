'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useClient } from '@wardbell/client/react';
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { hasCode } from '../../shared/api/failure';
import type { Me } from '../../shared/api/types';
import { Splash } from '../../shared/components/splash';
import { lazily } from '../../shared/lazily';
import { useMe, useSession } from '../../shared/session/context';
import { IdleWatch, idleLimits, isLocked, type LockedPerson } from '../../shared/session/idle';
import { collectInput, sealedOf, waitingInput } from '../../shared/session/kept-input';
import { createActivityReport } from '../../shared/session/report-activity';
import type { Session } from '../../shared/session/session';
import { useWords } from '../../shared/text/text';
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

const PRELOAD_MS = 5_000;
/** Forms whose room is on the screen have taken their input by then. */
const TELL_MS = 3_000;

/** The key of the session that is open, or of one of the same person that has ended; null when nobody gets it any more. */
const keyOf = async (session: Session, id: string): Promise<string | null> => {
  if (session.inputKey?.id === id) return session.inputKey.key;
  try {
    return (await session.api.call('GET', '/auth/sessions/:id/input-key', { params: { id } })).input_key;
  } catch (error) {
    if (hasCode(error, 'not_found')) return null;
    throw error;
  }
};

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
  const [open, setOpen] = useState(() => !locked && sealedOf(me.id).length === 0);
  const sealing = useRef<Promise<void>>(Promise.resolve());

  useEffect(() => {
    const keep = async () => {
      const input = collectInput();
      const keyed = session.inputKey;
      if (keyed === null || Object.keys(input).length === 0) return;
      sealing.current = import('./sealed-input')
        .then(({ sealInput }) => sealInput(input, keyed, me.id))
        .catch(() => undefined);
      await sealing.current;
    };
    const onAct = createActivityReport(client, session.api);
    const ends = [watch.start({ onAct, onLock: () => void keep() }), session.keepInput(keep)];
    return () => {
      for (const end of ends) end();
    };
  }, [watch, client, session, me.id]);

  // A session may end at any moment, and without the network.
  useEffect(() => {
    const timer = setTimeout(() => void import('./sealed-input').catch(() => undefined), PRELOAD_MS);
    return () => clearTimeout(timer);
  }, []);

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
    void session.lock(sealing.current);
  }, [locked, cache, session]);

  const { language } = useWords();
  const told = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(told.current), []);
  useEffect(() => {
    if (locked || open) return;
    let isOver = false;
    const resume = async () => {
      await sealing.current;
      await session.resume();
      if (sealedOf(me.id).length > 0) {
        const { openInput } = await import('./sealed-input');
        await openInput(me.id, (id) => keyOf(session, id)).catch(() => undefined);
      }
      if (isOver) return;
      client.start();
      setOpen(true);
      // What is still there then has no form on the screen.
      if (waitingInput().length > 0)
        told.current = setTimeout(() => {
          void import('./kept-drafts')
            .then(({ tellOfDrafts }) => tellOfDrafts(language))
            .catch(() => undefined);
        }, TELL_MS);
    };
    void resume().catch(() => setOpen(true));
    return () => {
      isOver = true;
    };
  }, [locked, open, session, client, me.id, language]);

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
