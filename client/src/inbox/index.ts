export type { InboxContent, InboxList, InboxPage } from './apply.js';
export { applyToInbox } from './apply.js';
export type { InboxState, LoadInbox } from './inbox.js';
export { Inbox } from './inbox.js';
