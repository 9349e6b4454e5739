'use client';

import { MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import { Splash } from '../../../shared/components/splash';
import { SessionProvider } from '../../../shared/session/context';
import { TextProvider } from '../../../shared/text/text';
import { cssVariables, theme } from '../../../shared/theme';

/** What every page stands on: looks, words and the session. */
export const Providers = ({ children }: { children: ReactNode }) => (
  <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
    <TextProvider fallback={<Splash />}>
      <SessionProvider>{children}</SessionProvider>
    </TextProvider>
  </MantineProvider>
);
