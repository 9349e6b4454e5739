import type { InboxNotice } from '@wardbell/contract';

type Asked = Pick<InboxNotice, 'id' | 'seq' | 'requires_ack' | 'state' | 'acknowledged_at' | 'test'>;

const isOpen = ({ state }: Asked): boolean => state === 'pending' || state === 'unanswered';

/** True while a notice waits for the acknowledgement of this person. */
export const needsAnswer = (notice: Asked, heldUntilMs: number | undefined, nowMs: number): boolean => {
  if (!notice.requires_ack || !isOpen(notice)) return false;
  if (notice.acknowledged_at === null) return true;
  // Taken on and not resolved in time: the escalation has gone on.
  return notice.state === 'unanswered' || (heldUntilMs !== undefined && heldUntilMs <= nowMs);
};

/** True while this person has taken a notice on and not resolved it. */
export const isHeld = (notice: Asked, heldUntilMs: number | undefined): boolean =>
  notice.requires_ack &&
  notice.acknowledged_at !== null &&
  notice.state === 'acknowledged' &&
  heldUntilMs !== undefined;

/** What the bar shows: what nobody has answered first, then the newest, then drills; what is taken on comes last. */
export const barOf = <Notice extends Asked>(
  notices: readonly Notice[],
  held: Readonly<Record<string, number>>,
  nowMs: number,
): { readonly asking: readonly Notice[]; readonly taken: readonly Notice[] } => {
  const asking = notices.filter((notice) => needsAnswer(notice, held[notice.id], nowMs));
  const rank = ({ state, test }: Asked) => (test ? 2 : state === 'unanswered' ? 0 : 1);
  return {
    asking: asking.toSorted((a, b) => rank(a) - rank(b) || b.seq - a.seq),
    taken: notices.filter((notice) => isHeld(notice, held[notice.id])),
  };
};
