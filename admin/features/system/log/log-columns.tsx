import { useMemo } from 'react';
import cells from '../../../shared/grid/cells.module.css';
import type { Column } from '../../../shared/grid/columns';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { systemText } from '../messages';
import type { LogLine } from './log-buffer';
import classes from './system-log.module.css';

/** The columns of the log. */
export const useLogColumns = (hostOf: (source: string) => string): readonly Column<LogLine>[] => {
  const words = useRoomText(systemText).log;
  const formats = useFormats();
  return useMemo(() => {
    const level = (line: LogLine) => (
      <span className={classes.level} data-level={line.level}>
        {words.levelOf[line.level]}
      </span>
    );
    return [
      {
        id: 'at',
        header: words.columns.at,
        track: '12rem',
        shownFrom: 'medium',
        numeric: true,
        cell: ({ atMs }) => formats.listedTime(atMs),
      },
      {
        id: 'level',
        header: words.columns.level,
        track: '5.5rem',
        shownFrom: 'medium',
        cell: level,
      },
      {
        id: 'message',
        header: words.columns.message,
        track: 'minmax(10rem, 1fr)',
        shownFrom: 'narrow',
        cell: (line) => (
          <span className={cells.stack}>
            <span className={classes.message} title={line.message}>
              {line.dropped > 0
                ? formatMessage(words.dropped, { n: line.dropped, formatted: formats.number(line.dropped) })
                : line.message}
            </span>
            <span className={cells.second}>
              {level(line)} · {formats.listedTime(line.atMs)}
            </span>
          </span>
        ),
      },
      {
        id: 'source',
        header: words.columns.source,
        track: 'minmax(6rem, 9rem)',
        shownFrom: 'wide',
        cell: ({ source }) => <span title={source}>{hostOf(source)}</span>,
      },
    ];
  }, [words, formats, hostOf]);
};
