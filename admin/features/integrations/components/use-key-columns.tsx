import { useMemo } from 'react';
import cells from '../../../shared/grid/cells.module.css';
import type { Column } from '../../../shared/grid/columns';
import { useNow } from '../../../shared/hooks/use-now';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import type { IntegrationKey } from '../queries/use-keys';
import classes from './integrations-room.module.css';

/** When a key expires, or that it has expired. */
export const KeyExpiry = ({ expiresAt, nowMs }: { expiresAt: string | null; nowMs: number }) => {
  const words = useRoomText(INTEGRATIONS).keys;
  const formats = useFormats();
  if (expiresAt === null) return <span className={classes.quiet}>{words.never}</span>;
  const time = <time dateTime={expiresAt}>{formats.dateTime(expiresAt)}</time>;
  if (Date.parse(expiresAt) > nowMs) return time;
  return (
    <span className={classes.trouble}>
      {formatMessage(words.expired, { time: formats.dateTime(expiresAt) })}
    </span>
  );
};

/** The columns of the list of keys. */
export const useKeyColumns = (): readonly Column<IntegrationKey>[] => {
  const text = useText();
  const { keys: words, views } = useRoomText(INTEGRATIONS);
  const formats = useFormats();
  const nowMs = useNow(30_000);
  return useMemo(() => {
    const { columns } = words;
    const scopesOf = ({ scopes }: IntegrationKey) => scopes.map((scope) => words.scopes[scope]).join(', ');
    const ago = (at: string) => (
      <time dateTime={at} title={formats.dateTime(at)}>
        {formats.ago(at, nowMs)}
      </time>
    );
    return [
      {
        id: 'name',
        header: columns.name,
        track: 'minmax(7.75rem, 1.2fr)',
        shownFrom: 'narrow',
        cell: (key) => (
          <span className={cells.stack}>
            <span className={classes.name} title={key.name}>
              {key.name}
            </span>
            <span className={cells.second}>{scopesOf(key)}</span>
          </span>
        ),
      },
      {
        id: 'scopes',
        header: columns.scopes,
        track: 'minmax(8rem, 2fr)',
        shownFrom: 'medium',
        cell: (key) => <span title={key.scopes.join(', ')}>{scopesOf(key)}</span>,
      },
      {
        id: 'view',
        header: columns.view,
        track: 'minmax(5.5rem, 0.6fr)',
        shownFrom: 'medium',
        cell: ({ role }) => (role === null ? text.app.none : views[role]),
      },
      {
        id: 'lastUsed',
        header: columns.lastUsed,
        track: 'minmax(6rem, 0.75fr)',
        shownFrom: 'medium',
        cell: ({ last_used_at }) =>
          last_used_at === null ? (
            <span className={classes.quiet}>{words.neverUsed}</span>
          ) : (
            ago(last_used_at)
          ),
      },
      {
        id: 'expires',
        header: columns.expires,
        track: 'minmax(6rem, 0.9fr)',
        shownFrom: 'wide',
        cell: ({ expires_at }) => <KeyExpiry expiresAt={expires_at} nowMs={nowMs} />,
      },
      {
        id: 'created',
        header: columns.created,
        track: 'minmax(6rem, 0.6fr)',
        shownFrom: 'wide',
        align: 'end',
        cell: ({ created_at }) => ago(created_at),
      },
    ];
  }, [text, words, views, formats, nowMs]);
};
