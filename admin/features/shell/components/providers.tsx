'use client';

import { MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import { Splash } from '../../../shared/components/splash';
import { TextProvider } from '../../../shared/text/text';
import { cssVariables, theme } from '../../../shared/theme';

/** What every page stands on: looks and words. */
export const Providers = ({ children }: { children: ReactNode }) => (
  <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
    <TextProvider fallback={<Splash />}>{children}</TextProvider>
  </MantineProvider>
);
