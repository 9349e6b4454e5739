'use client';

import { Button } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { Notice } from '../../shared/components/notice';
import { useNow } from '../../shared/hooks/use-now';
import { useTitle } from '../../shared/room/use-title';
import { useSession } from '../../shared/session/context';
import { formatMessage } from '../../shared/text/message';
import { useText } from '../../shared/text/text';
import { Frame } from './frame';

/** The server does not answer, so nobody knows yet whether one is signed in. */
export const Unreachable = ({ retryAtMs }: { retryAtMs: number }) => {
  const session = useSession();
  const text = useText();
  useTitle(text.signIn.unreachable.title);
  const now = useNow(1_000);
  const seconds = Math.max(0, Math.ceil((retryAtMs - now) / 1_000));
  return (
    <Frame>
      <Notice
        heading="h1"
        icon={IconPlugConnectedX}
        title={text.signIn.unreachable.title}
        hint={formatMessage(text.signIn.unreachable.hint, { seconds })}
      >
        <Button variant="light" onClick={() => void session.restore()}>
          {text.app.retry}
        </Button>
      </Notice>
    </Frame>
  );
};
