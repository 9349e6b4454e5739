'use client';

import { useServiceWorker } from '../use-service-worker';
import { useShownReporter } from '../use-shown';
import { Announcer } from './announcer';
import { CriticalBar } from './critical-bar';

/** What notices do on every screen, whatever the room. */
export const Notices = () => {
  useShownReporter();
  useServiceWorker();
  return (
    <>
      <Announcer />
      <CriticalBar />
    </>
  );
};
