'use client';

import { Button, Group, Modal } from '@mantine/core';
import { useNow } from '../../shared/hooks/use-now';
import { formatMessage } from '../../shared/text/message';
import { useRoomText } from '../../shared/text/text';
import { useIdleWatch } from './idle-context';
import { LOCK } from './messages';

/** Says that the screen is about to be locked. Whatever one does takes it away: doing something is the answer. */
export const IdleWarning = () => {
  const words = useRoomText(LOCK).warning;
  const watch = useIdleWatch();
  const nowMs = useNow(1_000);
  const seconds = Math.max(0, Math.ceil((watch.lockAtMs - nowMs) / 1_000));
  return (
    <Modal
      opened
      onClose={() => watch.unlock()}
      title={words.title}
      centered
      withCloseButton={false}
      zIndex={1_000}
    >
      <p style={{ marginTop: 0 }}>{formatMessage(words.hint, { seconds })}</p>
      <Group justify="flex-end">
        <Button data-autofocus onClick={() => watch.unlock()}>
          {words.stay}
        </Button>
      </Group>
    </Modal>
  );
};
