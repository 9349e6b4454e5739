'use client';

import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { useFormats } from '../text/formats';
import { useWords } from '../text/text';
import { type ChartData, strokeOf } from './series';

const HEIGHT_PX = 168;
const FONT = '12px "Inter Variable", system-ui, sans-serif';
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000];
/** Where the scale ends when nothing reaches higher. */
const LEAST_TOP = 1;

const toColumns = ({ timesS, series }: ChartData): uPlot.AlignedData => [
  [...timesS],
  ...series.map((line) => [...line.values]),
];

/** The drawing itself, for eyes: `TimeChart` says the same in words. uPlot comes with it, so load it lazily. */
export const Plot = ({
  data,
  format,
  whole,
  onPoint,
}: {
  data: ChartData;
  format: (value: number) => string;
  /** The scale counts things: no halves. */
  whole: boolean;
  /** The pointer is at this place of the data; null when it has left. */
  onPoint: (index: number | null) => void;
}) => {
  const [element, setElement] = useState<HTMLDivElement | null>(null);
  const scheme = useComputedColorScheme('light');
  const { locale } = useWords();
  const { timeZone } = useFormats();
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ data, format, onPoint });
  latest.current = { data, format, onPoint };
  const lines = data.series.map(({ id, filled }) => `${id}${filled ? '+' : ''}`).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when its lines change; values come by setData
  useEffect(() => {
    if (!element) return;
    const clock = new Intl.DateTimeFormat(locale, { timeZone, timeStyle: 'short' });
    const ink = scheme === 'dark' ? '#9aa5b1' : '#5b6570';
    const rule = scheme === 'dark' ? '#2a3138' : '#e1e6ea';
    const drawn = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT_PX,
        // to the right: half of the last time under the axis
        padding: [8, 24, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), timeZone),
        scales: { y: { range: (_, __, max) => [0, Math.max(max ?? 0, LEAST_TOP) * 1.08] } },
        axes: [
          {
            stroke: ink,
            font: FONT,
            grid: { show: false },
            ticks: { stroke: rule, size: 4 },
            size: 30,
            space: 64,
            values: (_, splits) => splits.map((seconds) => clock.format(seconds * 1_000)),
          },
          {
            stroke: ink,
            font: FONT,
            size: 52,
            grid: { stroke: rule, width: 1 },
            ticks: { show: false },
            values: (_, splits) => splits.map((value) => latest.current.format(value)),
            ...(whole ? { incrs: WHOLE_STEPS } : {}),
          },
        ],
        series: [
          {},
          ...latest.current.data.series.map((line, index): uPlot.Series => {
            const { [scheme]: color, dash } = strokeOf(index);
            return {
              label: line.label,
              stroke: color,
              width: 1.75,
              dash: [...dash],
              points: { show: false },
              ...(line.filled ? { fill: `${color}22` } : {}),
            };
          }),
        ],
        hooks: { setCursor: [({ cursor }) => latest.current.onPoint(cursor.idx ?? null)] },
      },
      toColumns(latest.current.data),
      element,
    );
    plot.current = drawn;
    const observer = new ResizeObserver(() =>
      drawn.setSize({ width: element.clientWidth, height: HEIGHT_PX }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [element, scheme, locale, timeZone, whole, lines]);

  useEffect(() => plot.current?.setData(toColumns(data)), [data]);

  return <div ref={setElement} aria-hidden="true" style={{ minHeight: HEIGHT_PX }} />;
};
