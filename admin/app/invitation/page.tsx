'use client';

import { Splash } from '../../shared/components/splash';
import { lazily } from '../../shared/lazily';
import { SessionProvider } from '../../shared/session/context';

const Invitation = lazily(
  async () => (await import('../../features/sign-in/invitation')).Invitation,
  () => <Splash />,
);

const Page = () => (
  <SessionProvider>
    <Invitation />
  </SessionProvider>
);

export default Page;
