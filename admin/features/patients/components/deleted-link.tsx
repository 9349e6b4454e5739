import { Button } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { Link } from '../../../shared/components/link';
import { useRoomText } from '../../../shared/text/text';
import { CARE } from '../../care/messages';

/** Leads tenant admins to the patients that can be restored. */
export const DeletedLink = () => (
  <Button
    component={Link}
    href="/patients/?deleted=1"
    variant="default"
    leftSection={<IconTrash size={18} aria-hidden="true" />}
  >
    {useRoomText(CARE).deleted.action}
  </Button>
);
