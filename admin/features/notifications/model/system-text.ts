import type { InboxNotice } from '@wardbell/contract';
import { SYSTEM_ACTOR } from '../../../shared/api/system-actor';
import { formatMessage } from '../../../shared/text/message';
import type { NotificationsText } from '../messages';

type SystemWord = keyof NotificationsText['system'];

const HOST = '{host}';

/** What the server writes of its own, in English, and which words of the console say it. */
export const SYSTEM_TEXTS: readonly (readonly [text: string, word: SystemWord])[] = [
  ['Emergency access to a restricted patient was opened and needs a review.', 'emergency'],
  [
    'A super admin asks for a change to an account. It takes effect in 24 hours unless it is rejected.',
    'approvalAsked',
  ],
  ['A change to an account by a super admin has taken effect.', 'approvalDone'],
  [`The webhook to ${HOST} was disabled: it answered 410 Gone.`, 'webhookGone'],
  [`The webhook to ${HOST} was disabled: it has not succeeded for 5 days.`, 'webhookFailing'],
];

/** The host that a message names where the text has its place; empty: the text has none; undefined: it is another message. */
const hostIn = (message: string, text: string): string | undefined => {
  const [before = '', after] = text.split(HOST);
  if (after === undefined) return message === text ? '' : undefined;
  return message.startsWith(before) && message.endsWith(after)
    ? message.slice(before.length, message.length - after.length)
    : undefined;
};

/** A notice as its reader is told of it: one of the server itself in the reader's language, one of a person as it was written. */
export const inReadersWords = <Notice extends Pick<InboxNotice, 'sender' | 'message'>>(
  notice: Notice,
  words: NotificationsText['system'],
): Notice => {
  if (notice.sender !== SYSTEM_ACTOR) return notice;
  for (const [text, word] of SYSTEM_TEXTS) {
    const host = hostIn(notice.message, text);
    if (host !== undefined) return { ...notice, message: formatMessage(words[word], { host }) };
  }
  return notice;
};
