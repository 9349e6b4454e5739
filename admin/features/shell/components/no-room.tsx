'use client';

import { Button } from '@mantine/core';
import { IconDoor } from '@tabler/icons-react';
import { Notice } from '../../../shared/components/notice';
import { useMe } from '../../../shared/session/context';
import { formatMessage } from '../../../shared/text/message';
import { useText } from '../../../shared/text/text';

/** For a role that the console has nothing to show to yet. */
export const NoRoom = () => {
  const text = useText();
  const { role } = useMe();
  return (
    <Notice
      icon={IconDoor}
      title={formatMessage(text.noRoom.title, { role: text.roles[role] })}
      hint={text.noRoom.hint}
    >
      <Button component="a" href="/api/docs" variant="light">
        {text.noRoom.action}
      </Button>
    </Notice>
  );
};
