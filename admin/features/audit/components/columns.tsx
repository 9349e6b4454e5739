import { useMemo } from 'react';
import { SYSTEM_ACTOR } from '../../../shared/api/system-actor';
import cells from '../../../shared/grid/cells.module.css';
import type { Column } from '../../../shared/grid/columns';
import { useFormats } from '../../../shared/text/formats';
import { useRoomText, useText } from '../../../shared/text/text';
import { AUDIT } from '../messages';
import type { AuditRow } from '../use-audit';
import classes from './columns.module.css';
import type { AuditWords } from './use-audit-words';

const ALARMS: ReadonlySet<string> = new Set(['auth.failed', 'auth.login_failed', 'access.refused']);

/** What was done, and why it failed if it did. */
const titleOf = (row: AuditRow, say: AuditWords): string =>
  [say.what(row.action), say.reason(row)].filter((part) => part !== null).join(' · ');

/** The columns of the audit log. */
export const useAuditColumns = (say: AuditWords): readonly Column<AuditRow>[] => {
  const text = useText();
  const words = useRoomText(AUDIT);
  const formats = useFormats();
  return useMemo(
    () => [
      {
        id: 'what',
        header: words.columns.what,
        track: 'minmax(9.25rem, 1.2fr)',
        shownFrom: 'narrow',
        cell: (row) => (
          <span className={cells.stack}>
            <span
              className={classes.what}
              title={titleOf(row, say)}
              data-alarm={ALARMS.has(row.action) || undefined}
            >
              {titleOf(row, say)}
            </span>
            <span className={cells.second}>
              {formats.time(row.at)} · {say.who(row)} · {say.on(row)}
            </span>
          </span>
        ),
      },
      {
        id: 'who',
        header: words.columns.who,
        track: 'minmax(6.25rem, 1fr)',
        shownFrom: 'medium',
        cell: (row) => (
          <span title={row.actor_id === SYSTEM_ACTOR ? undefined : (row.actor_id ?? undefined)}>
            {say.who(row)}
          </span>
        ),
      },
      {
        id: 'on',
        header: words.columns.on,
        track: 'minmax(5.5rem, 1fr)',
        shownFrom: 'medium',
        cell: (row) => <span title={say.on(row)}>{say.on(row)}</span>,
      },
      {
        id: 'changed',
        header: words.columns.changed,
        track: 'minmax(6rem, 1fr)',
        shownFrom: 'wide',
        cell: (row) =>
          row.changed.length === 0 ? (
            <span className={cells.none}>{text.app.none}</span>
          ) : (
            <span title={say.fields(row)}>{say.fields(row)}</span>
          ),
      },
      {
        id: 'where',
        header: words.columns.where,
        track: 'minmax(6rem, 0.6fr)',
        shownFrom: 'wide',
        numeric: true,
        cell: (row) => row.address ?? <span className={cells.none}>{text.app.none}</span>,
      },
      {
        id: 'at',
        header: words.columns.at,
        track: 'minmax(6.25rem, 0.6fr)',
        shownFrom: 'medium',
        numeric: true,
        align: 'end',
        cell: (row) => (
          <time dateTime={row.at} title={formats.dateTime(row.at)}>
            {formats.time(row.at)}
          </time>
        ),
      },
    ],
    [text, words, formats, say],
  );
};
