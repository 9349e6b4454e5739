'use client';

import { Alert } from '@mantine/core';
import { IconClockExclamation } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useNow } from '../../shared/hooks/use-now';
import { useFormats } from '../../shared/text/formats';
import { formatMessage } from '../../shared/text/message';
import { useRoomText } from '../../shared/text/text';
import { CARE } from './messages';

/** How long an emergency access lasts; tells when it has ended. */
export const EmergencyLeft = ({ until, onEnd }: { until: string; onEnd: () => void }) => {
  const words = useRoomText(CARE).emergency;
  const formats = useFormats();
  const leftMs = Date.parse(until) - useNow(1_000);
  const isOver = leftMs <= 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it ends
  useEffect(() => {
    if (isOver) onEnd();
  }, [isOver]);
  return (
    <Alert
      // an alert would be read aloud each minute
      role="note"
      color="orange"
      variant="light"
      icon={<IconClockExclamation />}
      mb="md"
      title={formatMessage(words.left, { minutes: Math.max(0, Math.floor(leftMs / 60_000)) })}
      styles={{ title: { color: 'var(--mantine-color-text)' } }}
    >
      {formatMessage(words.until, { time: formats.clock(until) })}
    </Alert>
  );
};
