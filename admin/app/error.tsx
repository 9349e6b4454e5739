'use client';

import { Button } from '@mantine/core';
import { IconMoodSad, IconRefresh } from '@tabler/icons-react';
import { Frame } from '../features/sign-in/frame';
import { Notice } from '../shared/components/notice';
import { useText } from '../shared/text/text';

/** A part of the page that was not loaded yet is gone from the server: it serves a newer console by now. */
const isOutdated = (error: Error): boolean => error.name === 'ChunkLoadError';

const Crash = ({ error }: { error: Error }) => {
  const text = useText();
  const outdated = isOutdated(error);
  const words = outdated ? text.outdated : text.crash;
  return (
    <Frame>
      <Notice
        heading="h1"
        icon={outdated ? IconRefresh : IconMoodSad}
        tone={outdated ? 'calm' : 'alarm'}
        title={words.title}
        hint={words.hint}
      >
        <Button variant="light" onClick={() => location.reload()}>
          {words.action}
        </Button>
      </Notice>
    </Frame>
  );
};

export default Crash;
