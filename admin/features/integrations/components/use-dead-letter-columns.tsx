import { useMemo } from 'react';
import cells from '../../../shared/grid/cells.module.css';
import type { Column } from '../../../shared/grid/columns';
import { useNow } from '../../../shared/hooks/use-now';
import { useFormats } from '../../../shared/text/formats';
import { useRoomText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import type { DeadLetter } from '../queries/use-dead-letters';
import classes from './integrations-room.module.css';
import { useDeadLetterWords } from './use-dead-letter-words';

/** The columns of the list of dead letters. */
export const useDeadLetterColumns = (): readonly Column<DeadLetter>[] => {
  const { columns, origins } = useRoomText(INTEGRATIONS).deadLetters;
  const say = useDeadLetterWords();
  const formats = useFormats();
  const nowMs = useNow(30_000);
  return useMemo(
    () => [
      {
        id: 'type',
        header: columns.type,
        track: 'minmax(7rem, 1fr)',
        shownFrom: 'narrow',
        cell: (letter) => (
          <span className={cells.stack}>
            <span className={classes.name}>{say.type(letter)}</span>
            <span className={cells.second}>{say.reason(letter)}</span>
          </span>
        ),
      },
      {
        id: 'reason',
        header: columns.reason,
        track: 'minmax(7.75rem, 1.6fr)',
        shownFrom: 'medium',
        cell: (letter) => <span title={say.reason(letter)}>{say.reason(letter)}</span>,
      },
      {
        id: 'origin',
        header: columns.origin,
        track: 'minmax(5rem, 0.5fr)',
        shownFrom: 'wide',
        cell: ({ origin }) => origins[origin],
      },
      {
        id: 'place',
        header: columns.place,
        track: 'minmax(7rem, 1.4fr)',
        shownFrom: 'medium',
        cell: (letter) => <span title={say.place(letter)}>{say.place(letter)}</span>,
      },
      {
        id: 'received',
        header: columns.received,
        track: 'minmax(5.5rem, 0.6fr)',
        shownFrom: 'medium',
        align: 'end',
        cell: ({ received_at }) => (
          <time dateTime={received_at} title={formats.dateTime(received_at)}>
            {formats.ago(received_at, nowMs)}
          </time>
        ),
      },
    ],
    [columns, origins, say, formats, nowMs],
  );
};
