import { useMemo } from 'react';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import type { WebhookState } from '../model/webhook-state';
import type { Attempt, Webhook } from '../queries/use-webhooks';

/** How webhooks and their attempts are described. */
export const useWebhookWords = () => {
  const { webhooks: words } = useRoomText(INTEGRATIONS);
  const formats = useFormats();
  return useMemo(
    () => ({
      state: (state: WebhookState): string => {
        switch (state.kind) {
          case 'disabled':
            return words.state.disabled;
          case 'failing':
            return formatMessage(words.state.failing, { time: formats.time(state.since) });
          case 'behind':
            return formatMessage(words.state.behind, {
              n: state.events,
              formatted: formats.number(state.events),
            });
          case 'current':
          case 'active':
            return words.state[state.kind];
        }
      },
      types: ({ types }: Webhook): string => types?.join(', ') ?? words.allTypes,
      outcome: ({ outcome, status }: Pick<Attempt, 'outcome' | 'status'>): string =>
        formatMessage(words.outcomes[outcome], { status: status ?? '' }),
    }),
    [words, formats],
  );
};
