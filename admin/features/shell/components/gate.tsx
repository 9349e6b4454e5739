'use client';

import type { ReactNode } from 'react';
import { Splash } from '../../../shared/components/splash';
import { lazily } from '../../../shared/lazily';
import { MeProvider, useSessionState } from '../../../shared/session/context';
import { lockedPerson } from '../../../shared/session/idle';
import { FormatsProvider } from '../../../shared/text/formats';
import { useText } from '../../../shared/text/text';
import { IdleGuard } from '../../lock/idle-guard';
import { Unreachable } from '../../sign-in/unreachable';
import { LiveRoot } from './live-root';
import { Shell } from './shell';

/** Most people come with a session: fields for a password would make their first page slower. */
const SignIn = lazily(
  async () => (await import('../../sign-in/sign-in')).SignIn,
  () => <Splash />,
);

const LockScreen = lazily(
  async () => (await import('../../lock/lock-screen')).LockScreen,
  () => <Splash />,
);

/**
 * Lets nobody see a room who is not signed in. What a person has loaded hangs below the key of their id, so
 * that it is gone from memory when they leave.
 */
export const Gate = ({ children }: { children: ReactNode }) => {
  const state = useSessionState();
  const text = useText();
  switch (state.status) {
    case 'restoring':
      return <Splash label={text.signIn.restoring} />;
    case 'unreachable':
      return <Unreachable retryAtMs={state.retryAtMs} />;
    case 'locked':
      return <LockScreen person={lockedPerson()} />;
    case 'signed_out':
      return <SignIn reason={state.reason} />;
    case 'signed_in':
      return (
        <MeProvider key={state.me.id} value={state.me}>
          <FormatsProvider timeZone={state.me.tenant?.time_zone ?? null}>
            <LiveRoot>
              <IdleGuard>
                <Shell>{children}</Shell>
              </IdleGuard>
            </LiveRoot>
          </FormatsProvider>
        </MeProvider>
      );
  }
};
