import { useMemo } from 'react';
import cells from '../../../shared/grid/cells.module.css';
import type { Column } from '../../../shared/grid/columns';
import { useFormats } from '../../../shared/text/formats';
import { useRoomText, useText } from '../../../shared/text/text';
import { EVENTS } from '../messages';
import type { EventFrame } from '../use-event-log';
import classes from './columns.module.css';
import { useActorName } from './use-actor-name';
import { useEventWords } from './use-event-words';

/** The columns of the log. */
export const useEventColumns = (): readonly Column<EventFrame>[] => {
  const text = useText();
  const words = useRoomText(EVENTS);
  const formats = useFormats();
  const nameOf = useActorName();
  const said = useEventWords();
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
              {said.typeOf(event.type)}
            </span>
            <span className={cells.second}>
              {formats.time(event.timestamp)} · {said.summaryOf(event)}
            </span>
          </span>
        ),
      },
      {
        id: 'what',
        header: words.columns.what,
        track: 'minmax(7.5rem, 2fr)',
        shownFrom: 'medium',
        cell: (event) => <span title={said.summaryOf(event)}>{said.summaryOf(event)}</span>,
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
        cell: (event) => <time dateTime={event.timestamp}>{formats.listedTime(event.timestamp)}</time>,
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
    [text, words, formats, nameOf, said],
  );
};
