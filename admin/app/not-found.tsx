'use client';

import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import Link from 'next/link';
import { useText } from '../lib/text/text';
import { Notice } from '../ui/notice';
import { Frame } from '../ui/sign-in/frame';

const NotFound = () => {
  const { notFound } = useText();
  return (
    <Frame>
      <Notice icon={IconMapOff} title={notFound.title} hint={notFound.hint}>
        <Button component={Link} href="/" variant="light">
          {notFound.action}
        </Button>
      </Notice>
    </Frame>
  );
};

export default NotFound;
