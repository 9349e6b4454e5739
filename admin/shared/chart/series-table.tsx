'use client';

import { useState } from 'react';
import { useFormats } from '../text/formats';
import { formatMessage } from '../text/message';
import { useRoomText } from '../text/text';
import { chartText } from './messages';
import { type ChartData, coarsen } from './series';
import classes from './time-chart.module.css';

/** As many rows as one reads. */
const MAX_ROWS = 60;

/** A chart's numbers, in the document only while they are looked at. */
export const SeriesTable = ({ data, say }: { data: ChartData; say: (value: number | null) => string }) => {
  const words = useRoomText(chartText);
  const formats = useFormats();
  const [open, setOpen] = useState(false);
  const size = Math.ceil(data.timesS.length / MAX_ROWS);
  const { timesS, series } = open ? coarsen(data, size) : { timesS: [], series: [] };
  return (
    <details className={classes.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.table}</summary>
      {open && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by key
        <section className={classes.scroller} tabIndex={0} aria-label={words.table}>
          <table className={classes.table}>
            <caption>
              {size <= 1
                ? words.everyMinute
                : formatMessage(words.highestOf, { minutes: formats.number(size) })}
            </caption>
            <thead>
              <tr>
                <th scope="col">{words.time}</th>
                {series.map((line) => (
                  <th key={line.id} scope="col">
                    {line.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {timesS
                .map((seconds, index) => (
                  <tr key={seconds}>
                    <th scope="row">{formats.time(seconds * 1_000)}</th>
                    {series.map((line) => (
                      <td key={line.id}>{say(line.values[index] ?? null)}</td>
                    ))}
                  </tr>
                ))
                .reverse()}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
};
