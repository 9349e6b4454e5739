import type { BreakGlass } from '@wardbell/contract';
import { useMemo } from 'react';
import cells from '../../shared/grid/cells.module.css';
import type { Column } from '../../shared/grid/columns';
import { useFormats } from '../../shared/text/formats';
import { useRoomText } from '../../shared/text/text';
import classes from './columns.module.css';
import { REVIEWS } from './messages';

/** How ids of an emergency access are written for a reader. */
export interface EmergencyNames {
  readonly patient: (row: BreakGlass) => string;
  readonly person: (id: string) => string;
}

/** The columns of the emergency accesses. */
export const useEmergencyColumns = (names: EmergencyNames): readonly Column<BreakGlass>[] => {
  const words = useRoomText(REVIEWS);
  const formats = useFormats();
  return useMemo(() => {
    const { columns, state } = words;
    const stateOf = ({ verdict }: BreakGlass) => (
      <span className={verdict === null ? classes.open : undefined}>{state[verdict ?? 'open']}</span>
    );
    return [
      {
        id: 'patient',
        header: columns.patient,
        track: 'minmax(7.75rem, 1fr)',
        shownFrom: 'narrow',
        cell: (row) => (
          <span className={cells.stack}>
            <span className={classes.name} title={names.patient(row)}>
              {names.patient(row)}
            </span>
            <span className={cells.second}>
              {stateOf(row)} · {names.person(row.user_id)} · {formats.time(row.created_at)}
            </span>
          </span>
        ),
      },
      {
        id: 'who',
        header: columns.who,
        track: 'minmax(6.25rem, 0.9fr)',
        shownFrom: 'medium',
        cell: (row) => <span title={names.person(row.user_id)}>{names.person(row.user_id)}</span>,
      },
      {
        id: 'reason',
        header: columns.reason,
        track: 'minmax(8rem, 1.6fr)',
        shownFrom: 'wide',
        cell: (row) => <span title={row.reason}>{row.reason}</span>,
      },
      {
        id: 'state',
        header: columns.state,
        track: 'minmax(7rem, 0.6fr)',
        shownFrom: 'medium',
        cell: stateOf,
      },
      {
        id: 'at',
        header: columns.at,
        track: 'minmax(6.25rem, 0.6fr)',
        shownFrom: 'medium',
        numeric: true,
        align: 'end',
        cell: (row) => (
          <time dateTime={row.created_at} title={formats.dateTime(row.created_at)}>
            {formats.time(row.created_at)}
          </time>
        ),
      },
    ];
  }, [words, formats, names]);
};
