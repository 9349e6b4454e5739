import { Badge } from '@mantine/core';
import { useRoomText } from '../../../shared/text/text';
import { PATIENT_FORM } from '../messages';

/** Marks an archived patient. */
export const ArchivedBadge = () => (
  <Badge variant="default" size="sm" tt="none" style={{ flex: 'none' }}>
    {useRoomText(PATIENT_FORM).archive.badge}
  </Badge>
);
