'use client';

import { useEffect, useSyncExternalStore } from 'react';
import type { InboxList } from '../inbox/apply.js';
import { Inbox, type InboxState, type LoadInbox } from '../inbox/inbox.js';
import type { AnyClient } from '../options.js';
import { useClient } from './provider.js';

/** Options of `useInbox`. */
export interface InboxOptions {
  /** Calls `GET /notifications/inbox`. */
  readonly load: LoadInbox;
  /** Which notices (default `all`: those that are not archived). */
  readonly list?: InboxList;
  /** False: nothing is loaded, as for people without an inbox. */
  readonly enabled?: boolean;
}

export interface InboxResult extends InboxState {
  readonly reload: () => Promise<void>;
  readonly loadMore: () => Promise<void>;
}

const inboxes = new WeakMap<AnyClient, Map<InboxList, Inbox>>();

/** Components that show the same list share it. */
const inboxOf = (client: AnyClient, list: InboxList, load: LoadInbox): Inbox => {
  const lists = inboxes.get(client) ?? new Map<InboxList, Inbox>();
  inboxes.set(client, lists);
  const inbox = lists.get(list) ?? new Inbox(client, list, load);
  lists.set(list, inbox);
  return inbox;
};

const nothing = () => () => {};

/**
 * The signed-in person's inbox: rows and exact counts, the same in every tab. Change it with the routes of
 * `/notifications`; the change comes back as an event, to all tabs.
 *
 * @example
 *   const { notices, unread, unseen, live } = useInbox({
 *     load: async (query, signal) => (await rest('GET /notifications/inbox', { query, signal })).data,
 *   });
 */
export const useInbox = ({ load, list = 'all', enabled = true }: InboxOptions): InboxResult => {
  const client = useClient();
  const inbox = inboxOf(client, list, load);
  useEffect(() => {
    inbox.load = load;
  });
  const read = () => inbox.state;
  const state = useSyncExternalStore(enabled ? inbox.subscribe : nothing, read, read);
  return { ...state, reload: inbox.reload, loadMore: inbox.loadMore };
};
