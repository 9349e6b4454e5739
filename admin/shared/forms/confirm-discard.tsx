import { Button, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useText } from '../text/text';
import type { FormsText } from './messages';

/**
 * Asks before input is thrown away; the safe answer has the focus. Mount it to open it: mounted beforehand, it
 * would take the very Escape that asked for it as its own.
 */
export const ConfirmDiscard = ({
  words,
  about,
  onKeep,
  onDiscard,
}: {
  words: FormsText['discard'];
  about?: ReactNode;
  onKeep: () => void;
  onDiscard: () => void;
}) => {
  const text = useText();
  return (
    <Modal
      opened
      onClose={onKeep}
      title={words.title}
      centered
      size="sm"
      closeButtonProps={{ 'aria-label': text.app.close }}
    >
      {about}
      <p>{words.hint}</p>
      <Group justify="flex-end">
        <Button variant="default" onClick={onKeep} data-autofocus>
          {words.keep}
        </Button>
        <Button color="red.8" onClick={onDiscard}>
          {words.confirm}
        </Button>
      </Group>
    </Modal>
  );
};
