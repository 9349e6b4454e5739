import { Badge, Button, VisuallyHidden } from '@mantine/core';
import { IconUserCheck } from '@tabler/icons-react';
import { Link } from '../../shared/components/link';
import { formatMessage } from '../../shared/text/message';
import { useRoomText } from '../../shared/text/text';
import { APPROVALS } from './messages';
import { useApprovals } from './use-approvals';

/** Leads to the changes that wait for an approval, and says how many there are. */
export const ApprovalsLink = () => {
  const words = useRoomText(APPROVALS);
  const { open } = useApprovals();
  return (
    <Button
      component={Link}
      href="/users/?approvals=1"
      variant="default"
      leftSection={<IconUserCheck size={18} aria-hidden="true" />}
      rightSection={
        open > 0 && (
          <Badge size="sm" circle={open < 10} aria-hidden="true">
            {open}
          </Badge>
        )
      }
    >
      {words.action}
      {open > 0 && <VisuallyHidden> ({formatMessage(words.waiting, { open })})</VisuallyHidden>}
    </Button>
  );
};
