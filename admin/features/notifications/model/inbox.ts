import { useSyncExternalStore } from 'react';

/** A notification as this browser knows it. */
export interface Note {
  readonly id: string;
  /** Number in the clinic's log. */
  readonly seq: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly timestamp: string;
  readonly actor_id?: string | undefined;
  /** It is about this emergency access, which needs a review. */
  readonly break_glass_id?: string | undefined;
  /** It is about this change of a super admin, which waits for an approval. */
  readonly approval_id?: string | undefined;
}

/** What this browser has received for one person since the page was opened, newest first. */
interface Inbox {
  readonly owner: string;
  readonly notes: readonly Note[];
}

/** As many as the room shows. */
export const MAX_NOTES = 100;
const NONE: readonly Note[] = [];

let inbox: Inbox = { owner: '', notes: NONE };
const listeners = new Set<() => void>();
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Keeps what came, in memory alone: its words may concern a patient. Another person's are forgotten. */
export const receive = (owner: string, note: Note): void => {
  const notes = inbox.owner === owner ? inbox.notes : NONE;
  if (notes.some(({ id }) => id === note.id)) return;
  inbox = { owner, notes: [note, ...notes].slice(0, MAX_NOTES) };
  for (const listener of listeners) listener();
};

/** What came for this person since the page was opened, newest first. */
export const useInbox = (owner: string): readonly Note[] =>
  useSyncExternalStore(
    subscribe,
    () => (inbox.owner === owner ? inbox.notes : NONE),
    () => NONE,
  );
