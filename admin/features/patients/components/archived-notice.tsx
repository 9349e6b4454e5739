import { Alert, Button } from '@mantine/core';
import { IconArchive } from '@tabler/icons-react';
import { useRoomText } from '../../../shared/text/text';
import { PATIENT_FORM } from '../messages';

/** Says that a patient is archived and what follows from that, with the way back for those who may. */
export const ArchivedNotice = ({
  pending,
  onBringBack,
}: {
  pending: boolean;
  /** Null: this person may not. */
  onBringBack: (() => void) | null;
}) => {
  const words = useRoomText(PATIENT_FORM).archive;
  return (
    <Alert
      variant="light"
      color="gray"
      mb="md"
      icon={<IconArchive size={18} aria-hidden="true" />}
      title={words.isArchived}
    >
      {words.explain}
      {onBringBack && (
        <div>
          <Button variant="default" size="compact-md" mt="xs" loading={pending} onClick={onBringBack}>
            {words.bringBack}
          </Button>
        </div>
      )}
    </Alert>
  );
};
