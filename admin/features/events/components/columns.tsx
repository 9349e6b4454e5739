import { useMemo } from 'react';
import { nameActor } from '../../../shared/api/actor-name';
import { useColleagueNames } from '../../../shared/api/colleagues';

import cells from '../../../shared/grid/cells.module.css';
import type { Column } from '../../../shared/grid/columns';
import { useMe } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { useRoomText, useText } from '../../../shared/text/text';
import { EVENTS } from '../messages';
import type { EventFrame } from '../use-event-log';
import classes from './columns.module.css';
import { summaryOf } from './summary';

/** Who made an event, as far as it says so. */
export const useActorName = (): ((event: Pick<EventFrame, 'actor_id' | 'actor_role'>) => string | null) => {
  const names = useColleagueNames();
  const text = useText();
  const { you } = useRoomText(EVENTS);
  const { id: myId } = useMe();
  return useMemo(
    () =>
      ({ actor_id, actor_role }) =>
        actor_id === undefined
          ? null
          : nameActor({ id: actor_id, role: actor_role }, { text, names, myId, you }),
    [names, myId, text, you],
  );
};

/** The columns of the log. */
export const useEventColumns = (): readonly Column<EventFrame>[] => {
  const text = useText();
  const words = useRoomText(EVENTS);
  const formats = useFormats();
  const nameOf = useActorName();
  return useMemo(
    () => [
      {
        id: 'type',
        header: words.columns.type,
        track: 'minmax(9.5rem, 1fr)',
        shownFrom: 'narrow',
        cell: (event) => (
          <span className={classes.event}>
            <span className={classes.type} title={event.type} translate="no">
              {event.type}
            </span>
            <span className={cells.second}>
              {formats.time(event.timestamp)} · {summaryOf(event, text)}
            </span>
          </span>
        ),
      },
      {
        id: 'what',
        header: words.columns.what,
        track: 'minmax(7.5rem, 2fr)',
        shownFrom: 'medium',
        cell: (event) => <span title={summaryOf(event, text)}>{summaryOf(event, text)}</span>,
      },
      {
        id: 'who',
        header: words.columns.who,
        track: 'minmax(5.75rem, 0.9fr)',
        shownFrom: 'medium',
        cell: (event) => nameOf(event) ?? <span className={cells.none}>{text.app.none}</span>,
      },
      {
        id: 'at',
        header: words.columns.at,
        track: 'minmax(10.5rem, 0.8fr)',
        shownFrom: 'wide',
        numeric: true,
        cell: (event) => <time dateTime={event.timestamp}>{formats.dateTime(event.timestamp)}</time>,
      },
      {
        id: 'seq',
        header: words.columns.seq,
        track: '4.5rem',
        shownFrom: 'medium',
        numeric: true,
        align: 'end',
        cell: (event) => formats.number(event.seq),
      },
    ],
    [text, words, formats, nameOf],
  );
};
