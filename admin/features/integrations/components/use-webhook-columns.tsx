import { useMemo } from 'react';
import cells from '../../../shared/grid/cells.module.css';
import type { Column } from '../../../shared/grid/columns';
import { useNow } from '../../../shared/hooks/use-now';
import { useFormats } from '../../../shared/text/formats';
import { useRoomText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { stateOf, type WebhookState } from '../model/webhook-state';
import type { Webhook } from '../queries/use-webhooks';
import classes from './integrations-room.module.css';
import { useWebhookWords } from './use-webhook-words';

export const isTrouble = ({ kind }: WebhookState): boolean => kind === 'disabled' || kind === 'failing';

/** The columns of the list of webhooks. */
export const useWebhookColumns = (head: number | null): readonly Column<Webhook>[] => {
  const { webhooks: words, views } = useRoomText(INTEGRATIONS);
  const say = useWebhookWords();
  const formats = useFormats();
  const nowMs = useNow(30_000);
  return useMemo(() => {
    const { columns } = words;
    const state = (webhook: Webhook) => {
      const now = stateOf(webhook, head);
      return <span className={isTrouble(now) ? classes.trouble : undefined}>{say.state(now)}</span>;
    };
    return [
      {
        id: 'url',
        header: columns.url,
        track: 'minmax(8rem, 2fr)',
        shownFrom: 'narrow',
        cell: (webhook) => (
          <span className={cells.stack}>
            <span className={classes.name} title={webhook.url}>
              {webhook.url.replace(/^https:\/\//, '')}
            </span>
            <span className={cells.second}>{state(webhook)}</span>
          </span>
        ),
      },
      {
        id: 'state',
        header: columns.state,
        track: 'minmax(8rem, 1fr)',
        shownFrom: 'medium',
        cell: state,
      },
      {
        id: 'types',
        header: columns.types,
        track: 'minmax(7rem, 1fr)',
        shownFrom: 'wide',
        cell: (webhook) => <span title={say.types(webhook)}>{say.types(webhook)}</span>,
      },
      {
        id: 'view',
        header: columns.view,
        track: 'minmax(6rem, 0.75fr)',
        shownFrom: 'medium',
        cell: ({ payload }) => views[payload],
      },
      {
        id: 'position',
        header: columns.position,
        track: 'minmax(5rem, 0.5fr)',
        shownFrom: 'wide',
        align: 'end',
        numeric: true,
        cell: ({ position }) => formats.number(position),
      },
      {
        id: 'success',
        header: columns.lastSuccess,
        track: 'minmax(5.25rem, 0.7fr)',
        shownFrom: 'medium',
        align: 'end',
        cell: ({ last_success_at: at }) =>
          at === null ? (
            <span className={classes.quiet}>{words.noSuccess}</span>
          ) : (
            <time dateTime={at} title={formats.dateTime(at)}>
              {formats.ago(at, nowMs)}
            </time>
          ),
      },
    ];
  }, [words, views, say, formats, nowMs, head]);
};
