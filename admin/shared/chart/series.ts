/** One line of a chart. Lines differ by colour and by dashes: colour alone does not reach everybody. */
export interface Series {
  readonly id: string;
  readonly label: string;
  /** Beside the chart's times; null where there is none. */
  readonly values: readonly (number | null)[];
  readonly filled?: boolean;
}

export interface ChartData {
  /** Seconds since 1970, evenly spaced. */
  readonly timesS: readonly number[];
  readonly series: readonly Series[];
}

export interface Stroke {
  readonly light: string;
  readonly dark: string;
  readonly dash: readonly number[];
}

/** At least 3:1 against the sheet they are drawn on. */
const STROKES: readonly Stroke[] = [
  { light: '#03707f', dark: '#4cc3d3', dash: [] },
  { light: '#b35c00', dark: '#ffb454', dash: [7, 4] },
  { light: '#7a3fb5', dark: '#c39bff', dash: [2, 3] },
  { light: '#c92a2a', dark: '#ff8787', dash: [10, 3, 2, 3] },
  { light: '#3b5b92', dark: '#8fb4ff', dash: [4, 4] },
];
const FIRST: Stroke = { light: '#03707f', dark: '#4cc3d3', dash: [] };

/** How the line at this place is drawn. */
export const strokeOf = (index: number): Stroke => STROKES[index % STROKES.length] ?? FIRST;

/** The highest of them, null when there is none. */
export const highestOf = (values: readonly (number | null)[]): number | null =>
  values.reduce<number | null>(
    (high, value) => (value === null ? high : Math.max(high ?? value, value)),
    null,
  );

/** The last value that is known. */
export const latestOf = (values: readonly (number | null)[]): number | null =>
  values.findLast((value) => value !== null) ?? null;

/** Fewer rows of the same course: of each run of `size` the highest value, named by its first time. */
export const coarsen = ({ timesS, series }: ChartData, size: number): ChartData => {
  const starts = timesS.map((_, index) => index).filter((index) => index % size === 0);
  return {
    timesS: starts.flatMap((start) => timesS.slice(start, start + 1)),
    series: series.map((line) => ({
      ...line,
      values: starts.map((start) => highestOf(line.values.slice(start, start + size))),
    })),
  };
};
