'use client';

import { Splash } from '../../shared/components/splash';
import { lazily } from '../../shared/lazily';

const Invitation = lazily(
  async () => (await import('../../features/sign-in/invitation')).Invitation,
  () => <Splash />,
);

const Page = () => <Invitation />;

export default Page;
