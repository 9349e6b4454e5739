import type { InboxNotice } from '@wardbell/contract';
import { useRouter } from 'next/navigation';
import { useNoticeAction } from '../use-notice-inbox';

type Opened = Pick<InboxNotice, 'id' | 'link' | 'read_at' | 'break_glass_id' | 'approval_id'>;

/** Where a notice leads: what an admin has to decide, or its link; null: nowhere. */
export const targetOf = ({ link, break_glass_id, approval_id }: Omit<Opened, 'id' | 'read_at'>) => {
  if (break_glass_id !== undefined) return `/audit/?tab=emergency&id=${break_glass_id}`;
  if (approval_id !== undefined) return '/users/?approvals=1';
  return link;
};

/** Marks a notice as read and goes where it leads; a link to another site gets a tab of its own. */
export const useOpenNotice = () => {
  const router = useRouter();
  const { mutate } = useNoticeAction();
  return (notice: Opened): void => {
    if (notice.read_at === null) mutate({ id: notice.id, action: { do: 'read' } });
    const target = targetOf(notice);
    if (target === null) return;
    if (target.startsWith('/')) router.push(target);
    else window.open(target, '_blank', 'noopener,noreferrer');
  };
};
