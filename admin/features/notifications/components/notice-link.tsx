import { Anchor } from '@mantine/core';
import type { InboxNotice } from '@wardbell/contract';
import { Link } from '../../../shared/components/link';
import { useRoomText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import { targetOf } from './use-open-notice';

/** From a notice to where it leads: what an admin has to decide, or its link. */
export const NoticeLink = ({
  notice,
  nameId,
  onOpen,
}: {
  notice: Pick<InboxNotice, 'link' | 'break_glass_id' | 'approval_id'>;
  /** Id of the element that names the notice. */
  nameId?: string;
  onOpen?: () => void;
}) => {
  const words = useRoomText(NOTIFICATIONS);
  const target = targetOf(notice);
  if (target === null) return null;
  const props = {
    size: 'sm',
    underline: 'always',
    'aria-describedby': nameId,
    ...(onOpen === undefined ? {} : { onClick: onOpen }),
  } as const;
  const label = target === notice.link ? words.bar.open : words.review;
  return target.startsWith('/') ? (
    <Anchor component={Link} href={target} {...props}>
      {label}
    </Anchor>
  ) : (
    <Anchor href={target} target="_blank" rel="noopener noreferrer" {...props}>
      {label}
    </Anchor>
  );
};
