'use client';

import { Button } from '@mantine/core';
import { IconDoor } from '@tabler/icons-react';
import { Notice } from '../../../shared/components/notice';
import { useMe } from '../../../shared/session/context';
import { useText } from '../../../shared/text/text';

/** For a role that the console has nothing to show to yet. */
export const NoRoom = () => {
  const text = useText();
  const { role } = useMe();
  return (
    <Notice icon={IconDoor} title={text.noRoom.title(text.roles[role])} hint={text.noRoom.hint}>
      <Button component="a" href="/api/docs" variant="light">
        {text.noRoom.action}
      </Button>
    </Notice>
  );
};
