import { Button } from '@mantine/core';
import { IconFileImport, IconTrash } from '@tabler/icons-react';
import { Link } from '../../../shared/components/link';
import { useRoomText } from '../../../shared/text/text';
import { CARE } from '../../care/messages';
import { IMPORT } from '../import/messages';

/** Leads tenant admins to an import, and to the patients that can be restored. */
export const AdminLinks = () => (
  <>
    <Button
      component={Link}
      href="/patients/?import=1"
      variant="default"
      leftSection={<IconFileImport size={18} aria-hidden="true" />}
    >
      {useRoomText(IMPORT).action}
    </Button>
    <Button
      component={Link}
      href="/patients/?deleted=1"
      variant="default"
      leftSection={<IconTrash size={18} aria-hidden="true" />}
    >
      {useRoomText(CARE).deleted.action}
    </Button>
  </>
);
