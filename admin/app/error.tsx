'use client';

import { Button } from '@mantine/core';
import { IconMoodSad } from '@tabler/icons-react';
import { useText } from '../lib/text/text';
import { Notice } from '../ui/notice';
import { Frame } from '../ui/sign-in/frame';

const Crash = () => {
  const { crash } = useText();
  return (
    <Frame>
      <Notice icon={IconMoodSad} tone="alarm" title={crash.title} hint={crash.hint}>
        <Button variant="light" onClick={() => location.reload()}>
          {crash.action}
        </Button>
      </Notice>
    </Frame>
  );
};

export default Crash;
