'use client';

import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { Notice } from '../../shared/components/notice';
import { useTitle } from '../../shared/room/use-title';
import { useText } from '../../shared/text/text';
import { Frame } from './frame';

/** Says that there is no such page. */
export const NoPage = () => {
  const { notFound } = useText();
  useTitle(notFound.title);
  return (
    <Frame>
      <Notice heading="h1" icon={IconMapOff} title={notFound.title} hint={notFound.hint}>
        <Button component="a" href="/" variant="light">
          {notFound.action}
        </Button>
      </Notice>
    </Frame>
  );
};
