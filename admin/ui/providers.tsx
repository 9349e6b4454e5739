'use client';

import { MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import { SessionProvider } from '../lib/session/context';
import { TextProvider } from '../lib/text/text';
import { Splash } from './shell/splash';
import { cssVariables, theme } from './theme';

/** What every page stands on: looks, words and the session. */
export const Providers = ({ children }: { children: ReactNode }) => (
  <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
    <TextProvider fallback={<Splash />}>
      <SessionProvider>{children}</SessionProvider>
    </TextProvider>
  </MantineProvider>
);
