'use client';

import { Button } from '@mantine/core';
import { IconDoor } from '@tabler/icons-react';
import { Notice } from '../../../shared/components/notice';
import { useMe } from '../../../shared/session/context';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { SHELL } from '../messages';

/** For a role that the console has nothing to show to yet. */
export const NoRoom = () => {
  const text = useText();
  const words = useRoomText(SHELL).noRoom;
  const { role } = useMe();
  return (
    <Notice
      heading="h1"
      icon={IconDoor}
      title={formatMessage(words.title, { role: text.roles[role] })}
      hint={words.hint}
    >
      <Button component="a" href="/api/docs" variant="light">
        {words.action}
      </Button>
    </Notice>
  );
};
