import type { InboxNotice } from '@wardbell/contract';
import { type EventOf, isEvent, type NumberedEvent } from '../events.js';
import type { AnswerOf } from '../rest.js';

/** The answer of `GET /notifications/inbox`. */
export type InboxPage = AnswerOf<'GET /notifications/inbox'>;
/** Which notices a list has. `all`: those that are not archived. */
export type InboxList = 'unread' | 'all' | 'archived';

/** Rows and counts of an inbox. Archived, snoozed and expired notices do not count. */
export interface InboxContent {
  /** Newest first. */
  readonly notices: readonly InboxNotice[];
  readonly unread: number;
  /** Not shown yet. */
  readonly unseen: number;
  /** When the counts change next without an event: a snooze ends or a notice expires. */
  readonly nextChangeAt: string | null;
}

export interface Applied {
  readonly content: InboxContent;
  /** The event does not say everything: load the inbox again. */
  readonly isUnsure: boolean;
}

type Arrival = EventOf<Record<never, object>, 'system_notification'>;
type Change = EventOf<Record<never, object>, 'inbox_changed'>;
type StateChange = EventOf<Record<never, object>, 'notification_state'>;

/** Applies an event to an inbox that was loaded before it; undefined for events about other objects. */
export const applyToInbox = (
  content: InboxContent,
  list: InboxList,
  event: NumberedEvent,
  nowMs: number,
): Applied | undefined => {
  if (isEvent(event, 'system_notification')) return arrive(content, list, event, nowMs);
  if (isEvent(event, 'inbox_changed')) return change(content, list, event);
  if (isEvent(event, 'notification_state'))
    return { content: setState(content, event.data), isUnsure: false };
  return undefined;
};

function arrive(content: InboxContent, list: InboxList, event: Arrival, nowMs: number): Applied {
  const { id, step, expires_at } = event.data;
  const known = content.notices.find((notice) => notice.id === id);
  if (step > 0) {
    // It may have been archived or snoozed, which the event does not say, so the counts come from the server.
    const notices = known
      ? content.notices.map((notice) => (notice === known ? { ...notice, step, ...BACK } : notice))
      : content.notices;
    return { content: { ...content, notices }, isUnsure: true };
  }
  const isExpired = expires_at !== undefined && Date.parse(expires_at) <= nowMs;
  if (known || isExpired) return { content, isUnsure: false };
  const notices = list === 'archived' ? content.notices : [toNotice(event), ...content.notices];
  return {
    content: {
      notices,
      unread: content.unread + 1,
      unseen: content.unseen + 1,
      nextChangeAt: earlier(content.nextChangeAt, expires_at ?? null),
    },
    isUnsure: false,
  };
}

/** A notice that is told again is back in the inbox. */
const BACK = { state: 'pending', archived_at: null, snoozed_until: null } as const;

const toNotice = ({ data, seq, timestamp, actor_id }: Arrival): InboxNotice => {
  const { test, title = null, link = null, expires_at = null, ...rest } = data;
  return {
    ...rest,
    seq,
    title,
    link,
    expires_at,
    test: test ?? false,
    sent_at: timestamp,
    sender: actor_id ?? 'system',
    state: 'pending',
    delivered_at: timestamp,
    seen_at: null,
    read_at: null,
    acknowledged_at: null,
    held_until: null,
    snoozed_until: null,
    archived_at: null,
  };
};

const setState = (content: InboxContent, { id, state, step }: StateChange['data']): InboxContent => ({
  ...content,
  notices: content.notices.map((notice) => (notice.id === id ? { ...notice, state, step } : notice)),
});

const earlier = (a: string | null, b: string | null): string | null =>
  a === null ? b : b === null ? a : Date.parse(a) <= Date.parse(b) ? a : b;

function change(content: InboxContent, list: InboxList, { data, timestamp }: Change): Applied {
  const { id, unread, unseen, changed } = data;
  const counted = { ...content, unread, unseen };
  const known = content.notices.find((notice) => notice.id === id);
  // The event names neither the notices of a bulk change nor the end of a snooze, and has no row to add.
  if (!known || changed === 'snoozed') return { content: counted, isUnsure: true };
  const row = changeRow(known, changed, timestamp);
  const isListed = contains(list, row);
  const notices = content.notices.flatMap((notice) =>
    notice === known ? (isListed ? [row] : []) : [notice],
  );
  return { content: { ...counted, notices }, isUnsure: changed === 'acknowledged' };
}

const contains = (list: InboxList, { archived_at, read_at }: InboxNotice): boolean =>
  list === 'archived' ? archived_at !== null : archived_at === null && (list === 'all' || read_at === null);

function changeRow(row: InboxNotice, changed: Change['data']['changed'], at: string): InboxNotice {
  const seen = { seen_at: row.seen_at ?? at };
  const read = { ...seen, read_at: row.read_at ?? at };
  switch (changed) {
    case 'seen':
      return { ...row, ...seen };
    case 'read':
      return { ...row, ...read };
    case 'unread':
      return { ...row, read_at: null };
    case 'archived':
      return { ...row, archived_at: row.archived_at ?? at };
    case 'unarchived':
      return { ...row, archived_at: null };
    case 'acknowledged':
      return { ...row, ...read, acknowledged_at: row.acknowledged_at ?? at, snoozed_until: null };
    case 'snoozed':
      return row;
  }
}
