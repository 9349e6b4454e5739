import type { InboxNotice } from '@wardbell/contract';

type Asked = Pick<
  InboxNotice,
  'id' | 'seq' | 'requires_ack' | 'state' | 'acknowledged_at' | 'held_until' | 'test'
>;

const isOpen = ({ state }: Asked): boolean => state === 'pending' || state === 'unanswered';

/** True while a notice waits for the acknowledgement of this person. */
export const needsAnswer = (notice: Asked): boolean => {
  if (!notice.requires_ack || !isOpen(notice)) return false;
  if (notice.acknowledged_at === null) return true;
  // Taken on and not resolved in time: the escalation has gone on.
  return notice.state === 'unanswered' || notice.held_until !== null;
};

/** True while this person has taken a notice on and not resolved it. */
export const isHeld = ({ requires_ack, state, held_until }: Asked): boolean =>
  requires_ack && state === 'acknowledged' && held_until !== null;

/** What the bar shows: what nobody has answered first, then the newest, then drills; what is taken on comes last. */
export const barOf = <Notice extends Asked>(
  notices: readonly Notice[],
): { readonly asking: readonly Notice[]; readonly taken: readonly Notice[] } => {
  const asking = notices.filter(needsAnswer);
  const rank = ({ state, test }: Asked) => (test ? 2 : state === 'unanswered' ? 0 : 1);
  return {
    asking: asking.toSorted((a, b) => rank(a) - rank(b) || b.seq - a.seq),
    taken: notices.filter(isHeld),
  };
};
