import { ActionIcon } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { CLINIC_SETUP_WORDS } from '../messages';

/** What can be done with a row of a card. `name` tells it from the other rows. */
export const RowActions = ({
  name,
  onEdit,
  onRemove,
}: {
  name: string;
  onEdit: () => void;
  onRemove: () => void;
}) => {
  const words = useRoomText(CLINIC_SETUP_WORDS);
  return (
    <>
      <ActionIcon
        variant="subtle"
        size="lg"
        aria-label={formatMessage(words.edit, { name })}
        onClick={onEdit}
      >
        <IconPencil size={18} aria-hidden="true" />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        size="lg"
        aria-label={formatMessage(words.remove, { name })}
        onClick={onRemove}
      >
        <IconTrash size={18} aria-hidden="true" />
      </ActionIcon>
    </>
  );
};
