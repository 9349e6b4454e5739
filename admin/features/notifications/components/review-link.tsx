import { Anchor } from '@mantine/core';
import Link from 'next/link';
import { useRoomText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import type { Note } from '../model/inbox';

/** From a notification to what an admin has to decide: an emergency access, or a change of a super admin. */
export const ReviewLink = ({
  note: { break_glass_id, approval_id },
}: {
  note: Pick<Note, 'break_glass_id' | 'approval_id'>;
}) => {
  const words = useRoomText(NOTIFICATIONS);
  if (break_glass_id === undefined && approval_id === undefined) return null;
  const href =
    approval_id === undefined ? `/audit/?tab=emergency&id=${break_glass_id}` : '/users/?approvals=1';
  return (
    <>
      {' '}
      <Anchor component={Link} href={href} prefetch={false} size="sm">
        {words.review}
      </Anchor>
    </>
  );
};
