'use client';

import { Skeleton, useComputedColorScheme } from '@mantine/core';
import { useId, useState } from 'react';
import { lazily } from '../lazily';
import { useFormats } from '../text/formats';
import { formatMessage } from '../text/message';
import { useRoomText, useText } from '../text/text';
import { chartText } from './messages';
import { type ChartData, highestOf, latestOf, strokeOf } from './series';
import { SeriesTable } from './series-table';
import classes from './time-chart.module.css';

const Plot = lazily(
  async () => (await import('./plot')).Plot,
  () => <Skeleton height={168} />,
);

const Swatch = ({ index }: { index: number }) => {
  const scheme = useComputedColorScheme('light');
  const { [scheme]: color, dash } = strokeOf(index);
  return (
    <svg width="18" height="8" aria-hidden="true" focusable="false">
      <line x1="0" y1="4" x2="18" y2="4" stroke={color} strokeWidth="2.5" strokeDasharray={dash.join(' ')} />
    </svg>
  );
};

/** A course over time: drawn for eyes, in a sentence for everybody, and as a table for those who want numbers. */
export const TimeChart = ({
  title,
  data,
  format,
  whole = false,
  stale = false,
}: {
  title: string;
  data: ChartData;
  format: (value: number) => string;
  whole?: boolean;
  stale?: boolean;
}) => {
  const text = useText();
  const words = useRoomText(chartText);
  const formats = useFormats();
  const id = useId();
  const [pointed, setPointed] = useState<number | null>(null);
  const first = data.series[0];
  const highest = first ? highestOf(first.values) : null;
  const latest = first ? latestOf(first.values) : null;
  const highestAt = first && highest !== null ? data.timesS[first.values.lastIndexOf(highest)] : undefined;
  const say = (value: number | null | undefined) => (value == null ? text.app.none : format(value));
  const pointedS = pointed === null ? undefined : data.timesS[pointed];
  return (
    <figure className={classes.chart} aria-labelledby={id} data-stale={stale || undefined}>
      <figcaption className={classes.caption}>
        <h3 id={id} className={classes.title}>
          {title}
        </h3>
        <p className={classes.summary}>
          {latest === null || highest === null || highestAt === undefined
            ? words.empty
            : formatMessage(words.summary, {
                latest: format(latest),
                highest: format(highest),
                at: formats.time(highestAt * 1_000),
              })}
        </p>
      </figcaption>
      <Plot data={data} format={format} whole={whole} onPoint={setPointed} />
      <div className={classes.legend} aria-hidden="true">
        {data.series.map((line, index) => (
          <span key={line.id} className={classes.entry}>
            <Swatch index={index} />
            {line.label} <b>{say(pointed === null ? latestOf(line.values) : line.values[pointed])}</b>
          </span>
        ))}
        {pointedS !== undefined && <span className={classes.at}>{formats.time(pointedS * 1_000)}</span>}
      </div>
      <SeriesTable data={data} say={say} />
    </figure>
  );
};
