'use client';

import { useEffect, useRef, useState } from 'react';
import { onReauthentication } from '../../../shared/api/reauthentication';
import { lazily } from '../../../shared/lazily';

const Reauthenticate = lazily(async () => (await import('../../account/reauthenticate')).Reauthenticate);

/** Shows the dialog that asks for the password again, while a request waits for it. */
export const Reauthentication = () => {
  const [asking, setAsking] = useState(false);
  const answer = useRef<((isFresh: boolean) => void) | null>(null);
  const settle = (isFresh: boolean) => {
    setAsking(false);
    answer.current?.(isFresh);
    answer.current = null;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for the life of the page
  useEffect(() => {
    const stop = onReauthentication(
      () =>
        new Promise((resolve) => {
          answer.current = resolve;
          setAsking(true);
        }),
    );
    // Registered before any dialog's listener: Escape must not close the form below, which waits for the answer.
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || answer.current === null) return;
      event.stopImmediatePropagation();
      settle(false);
    };
    window.addEventListener('keydown', onKeyDown, true);
    return () => {
      stop();
      window.removeEventListener('keydown', onKeyDown, true);
      settle(false);
    };
  }, []);
  return asking ? <Reauthenticate onDone={settle} /> : null;
};
