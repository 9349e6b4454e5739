import { Anchor } from '@mantine/core';
import Link from 'next/link';
import { useRoomText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import type { Note } from '../model/inbox';

/** From a notification of an emergency access to its review. */
export const ReviewLink = ({ note: { break_glass_id } }: { note: Pick<Note, 'break_glass_id'> }) => {
  const words = useRoomText(NOTIFICATIONS);
  if (break_glass_id === undefined) return null;
  return (
    <>
      {' '}
      <Anchor component={Link} href={`/audit/?tab=emergency&id=${break_glass_id}`} prefetch={false} size="sm">
        {words.review}
      </Anchor>
    </>
  );
};
