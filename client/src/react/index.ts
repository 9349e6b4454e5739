'use client';

export type { InboxContent, InboxList, InboxPage } from '../inbox/apply.js';
export type { InboxState, LoadInbox } from '../inbox/inbox.js';
export type { Presence, PresenceList } from '../presence.js';
export type {
  Connection,
  Live,
  LiveInfiniteQueryOptions,
  LiveInfiniteQueryResult,
  LiveQueryContext,
  LiveQueryOptions,
  LiveQueryResult,
} from './options.js';
export { useClient, WardbellProvider } from './provider.js';
export { useConnection } from './use-connection.js';
export { useEvents } from './use-events.js';
export type { InboxOptions, InboxResult } from './use-inbox.js';
export { useInbox } from './use-inbox.js';
export { useLiveInfiniteQuery, useLiveQuery } from './use-live-query.js';
export type { PersonAtObject } from './use-object-presence.js';
export { useObjectPresence } from './use-object-presence.js';
export type { PresenceOptions, PresenceResult } from './use-presence.js';
export { usePresence } from './use-presence.js';
