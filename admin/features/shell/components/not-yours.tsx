'use client';

import { Button } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { Link } from '../../../shared/components/link';
import { Notice } from '../../../shared/components/notice';
import { useTitle } from '../../../shared/room/use-title';
import { useText } from '../../../shared/text/text';

/** For somebody who followed a link into a room of another role. */
export const NotYours = () => {
  const text = useText();
  useTitle(text.failure.forbidden.title);
  return (
    <Notice heading="h1" icon={IconLock} {...text.failure.forbidden}>
      <Button component={Link} href="/" variant="light">
        {text.notFound.action}
      </Button>
    </Notice>
  );
};
