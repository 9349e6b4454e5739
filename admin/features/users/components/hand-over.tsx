'use client';

import type { ComponentProps } from 'react';
import { SecretDialog } from '../../../shared/components/secret-dialog';
import { useRoomText } from '../../../shared/text/text';
import { USERS } from '../messages';

/** A start password or the link of an invitation, to be handed over to a person. */
export const HandOver = (dialog: Omit<ComponentProps<typeof SecretDialog>, 'words'>) => (
  <SecretDialog {...dialog} words={useRoomText(USERS).handOver} />
);
