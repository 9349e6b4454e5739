import { Button, Group, Modal } from '@mantine/core';
import type { Text } from '../text/text';
import { useText } from '../text/text';

/**
 * Asks before input is thrown away; the safe answer has the focus. Mount it to open it: mounted beforehand, it
 * would take the very Escape that asked for it as its own.
 */
export const ConfirmDiscard = ({
  words,
  onKeep,
  onDiscard,
}: {
  words: Text['discard'];
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
