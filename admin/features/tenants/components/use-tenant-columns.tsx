import { useMemo } from 'react';
import { Sparkline } from '../../../shared/components/sparkline';
import type { Column } from '../../../shared/grid/columns';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { tenantsText } from '../messages';
import { shareOf } from '../model/order';
import type { TenantRow } from '../use-tenant-usage';
import classes from './tenants-room.module.css';

/** From where on a clinic is about to turn people away. */
const NEARLY_FULL = 0.9;

/** The columns of the list of clinics. */
export const useTenantColumns = (): readonly Column<TenantRow>[] => {
  const words = useRoomText(tenantsText);
  const formats = useFormats();
  return useMemo(() => {
    const { columns } = words;
    const number = (value: number) => formats.number(value);
    return [
      {
        id: 'name',
        header: columns.name,
        track: 'minmax(8rem, 2fr)',
        shownFrom: 'narrow',
        cell: (row) => (
          <span className={classes.clinic}>
            <span className={classes.name} title={row.name}>
              {row.name}
              {row.status === 'suspended' && <span className={classes.badge}>{words.suspended}</span>}
            </span>
            <span className={classes.second}>
              {formatMessage(words.course, {
                n: row.messages_sent,
                total: number(row.messages_sent),
                most: number(Math.max(...row.messages_per_minute)),
              })}
            </span>
          </span>
        ),
      },
      {
        id: 'connections',
        header: columns.connections,
        track: 'minmax(6.5rem, 0.8fr)',
        shownFrom: 'narrow',
        numeric: true,
        cell: (row) => {
          const share = shareOf(row);
          return (
            <span className={classes.use}>
              <span className={share >= NEARLY_FULL ? classes.trouble : undefined}>
                {formatMessage(words.ofLimit, {
                  used: number(row.connections),
                  limit: number(row.max_connections),
                })}
              </span>
              <span className={classes.track} aria-hidden="true">
                <span
                  className={classes.fill}
                  data-full={share >= NEARLY_FULL || undefined}
                  style={{ width: `${share * 100}%` }}
                />
              </span>
            </span>
          );
        },
      },
      {
        id: 'course',
        header: columns.course,
        track: '7.75rem',
        shownFrom: 'medium',
        cell: (row) => (
          <Sparkline
            // the minute that still runs would always look like a fall
            values={row.messages_per_minute.slice(0, -1)}
            label={formatMessage(words.course, {
              n: row.messages_sent,
              total: number(row.messages_sent),
              most: number(Math.max(...row.messages_per_minute)),
            })}
          />
        ),
      },
      {
        id: 'messages',
        header: columns.messages,
        track: 'minmax(5rem, 0.5fr)',
        shownFrom: 'medium',
        align: 'end',
        numeric: true,
        cell: (row) => number(row.messages_sent),
      },
      {
        id: 'peak',
        header: columns.peak,
        track: 'minmax(4.5rem, 0.4fr)',
        shownFrom: 'wide',
        align: 'end',
        numeric: true,
        cell: (row) => number(row.peak_connections),
      },
      {
        id: 'rejected',
        header: columns.rejected,
        track: 'minmax(5rem, 0.4fr)',
        shownFrom: 'wide',
        align: 'end',
        numeric: true,
        cell: (row) => (
          <span className={row.rejected > 0 ? classes.trouble : classes.quiet}>{number(row.rejected)}</span>
        ),
      },
    ];
  }, [words, formats]);
};
