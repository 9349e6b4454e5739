import { useMemo } from 'react';
import cells from '../../../shared/grid/cells.module.css';
import type { Column } from '../../../shared/grid/columns';
import { useNow } from '../../../shared/hooks/use-now';
import { useFormats } from '../../../shared/text/formats';
import { useRoomText } from '../../../shared/text/text';
import { GATEWAYS } from '../messages';
import type { GatewayRow } from '../use-gateways';
import classes from './gateways.module.css';
import { useDuration, useStatusName } from './words';

/** The columns of the list of gateways. */
export const useGatewayColumns = (): readonly Column<GatewayRow>[] => {
  const words = useRoomText(GATEWAYS);
  const formats = useFormats();
  const nowMs = useNow(10_000);
  const statusName = useStatusName();
  const duration = useDuration();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the functions change with the words
  return useMemo(() => {
    const time = (at: string) => (
      <time dateTime={at} title={formats.dateTime(at)}>
        {formats.ago(at, nowMs)}
      </time>
    );
    return [
      {
        id: 'name',
        header: words.columns.name,
        track: 'minmax(5.75rem, 1.2fr)',
        shownFrom: 'narrow',
        cell: ({ gateway_id, gateway_type }) => (
          <span className={cells.stack}>
            <span className={classes.name} title={gateway_id}>
              {gateway_id}
            </span>
            <span className={cells.second}>{gateway_type}</span>
          </span>
        ),
      },
      {
        id: 'type',
        header: words.columns.type,
        track: 'minmax(4rem, 1.2fr)',
        shownFrom: 'medium',
        cell: ({ gateway_type }) => <span title={gateway_type}>{gateway_type}</span>,
      },
      {
        id: 'status',
        header: words.columns.status,
        track: 'minmax(7.25rem, 0.8fr)',
        shownFrom: 'narrow',
        cell: ({ status }) => (
          <span className={classes.status} data-status={status}>
            {statusName(status)}
          </span>
        ),
      },
      {
        id: 'changed',
        header: words.columns.changed,
        track: 'minmax(4rem, 0.7fr)',
        shownFrom: 'medium',
        numeric: true,
        cell: ({ changed_at }) => time(changed_at),
      },
      {
        id: 'reported',
        header: words.columns.reported,
        track: 'minmax(5.75rem, 0.6fr)',
        shownFrom: 'medium',
        numeric: true,
        cell: ({ reported_at }) => time(reported_at),
      },
      {
        id: 'silence',
        header: words.columns.silence,
        track: 'minmax(5.75rem, 0.6fr)',
        shownFrom: 'wide',
        align: 'end',
        numeric: true,
        cell: ({ expect_every_s }) =>
          expect_every_s === null ? (
            <span className={cells.none}>{words.noLimit}</span>
          ) : (
            duration(expect_every_s)
          ),
      },
    ];
  }, [words, formats, nowMs]);
};
