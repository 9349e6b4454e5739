import { Button } from '@mantine/core';
import { IconWorldShare } from '@tabler/icons-react';
import { Link } from '../../shared/components/link';
import { useRoomText } from '../../shared/text/text';
import { EXTERNAL_USERS } from './messages';

/** Leads administrators to the people who have no account here. */
export const ExternalLink = () => (
  <Button
    component={Link}
    href="/users/?external=1"
    variant="default"
    leftSection={<IconWorldShare size={18} aria-hidden="true" />}
  >
    {useRoomText(EXTERNAL_USERS).action}
  </Button>
);
