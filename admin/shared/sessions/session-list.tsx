import { Button } from '@mantine/core';
import type { LoginSession } from '@wardbell/contract';
import { clientName } from '../client-name';
import { useNow } from '../hooks/use-now';
import { useFormats } from '../text/formats';
import { formatMessage } from '../text/message';
import { useRoomText } from '../text/text';
import { SESSIONS } from './messages';
import classes from './session-list.module.css';

/** Where somebody is signed in: browser, address, and when it was last used. */
export const SessionList = ({
  sessions,
  endingId,
  onEnd,
}: {
  sessions: readonly LoginSession[];
  /** The one that is being ended. */
  endingId?: string | undefined;
  /** Absent where sessions cannot be ended one by one. */
  onEnd?: (session: LoginSession) => void;
}) => {
  const words = useRoomText(SESSIONS);
  const formats = useFormats();
  const nowMs = useNow(30_000);
  if (sessions.length === 0) return <p>{words.none}</p>;
  return (
    <ul className={classes.list}>
      {sessions.map((session) => {
        const { id, client, address, created_at, last_used_at, current } = session;
        const name = client === null || client === '' ? words.unknown : clientName(client);
        return (
          <li key={id}>
            <span className={classes.what}>
              <span className={classes.name} title={client ?? undefined}>
                {name}
                {current && ` (${words.current})`}
              </span>
              <span className={classes.second}>
                {address !== null && `${address} · `}
                <time dateTime={last_used_at} title={formats.dateTime(last_used_at)}>
                  {formatMessage(words.used, { ago: formats.ago(last_used_at, nowMs) })}
                </time>
                {' · '}
                {formatMessage(words.since, { at: formats.time(created_at) })}
              </span>
            </span>
            {onEnd && !current && (
              <Button
                size="compact-sm"
                variant="light"
                aria-label={formatMessage(words.endOne, { name })}
                loading={endingId === id}
                onClick={() => onEnd(session)}
              >
                {words.end}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
};
