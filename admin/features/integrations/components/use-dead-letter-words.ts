import { useMemo } from 'react';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { describeReason, eventOf } from '../model/dead-letter';
import type { DeadLetter } from '../queries/use-dead-letters';
import { useWebhooks } from '../queries/use-webhooks';

/** How dead letters are described: what the event is, where it was to go or came from, and why it did not. */
export const useDeadLetterWords = () => {
  const text = useText();
  const { deadLetters: words, webhooks } = useRoomText(INTEGRATIONS);
  const { data } = useWebhooks();
  return useMemo(() => {
    const urls = new Map(data?.rows.map(({ id, url }) => [id, url]));
    return {
      type: (letter: DeadLetter): string => eventOf(letter).type ?? text.app.none,
      place: ({ origin, webhook_id, topic }: DeadLetter): string => {
        const place = origin === 'dapr' ? topic : urls.get(webhook_id ?? '');
        return place ?? words.origins[origin];
      },
      reason: ({ reason }: DeadLetter): string => describeReason(reason, words.reasons, webhooks.outcomes),
    };
  }, [text, words, webhooks, data]);
};
