import type { Figures, Row, Scenario } from './scenario.js';
import { median } from './statistics.js';

/** What a row's runs came to. */
export interface RowResult {
  readonly name: string;
  readonly isFloor: boolean;
  /** Of each figure, the median over the runs. */
  readonly medians: Figures;
  readonly runs: readonly Figures[];
  /** Of runs that did not end as they should; the row is then no result. */
  readonly failures: readonly string[];
}

export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly RowResult[];
}

/** Sums up the runs of a row. */
export const rowResult = (
  { name, isFloor = false }: Row,
  runs: readonly Figures[],
  failures: readonly string[],
): RowResult => {
  const keys = new Set(runs.flatMap((run) => Object.keys(run)));
  const medians = Object.fromEntries(
    [...keys].map((key) => [key, median(runs.map((run) => run[key] ?? Number.NaN))]),
  );
  return { name, isFloor, medians, runs, failures };
};

const format = (value: number | undefined, digits: number): string =>
  value === undefined || Number.isNaN(value)
    ? ''
    : value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** The result as a table in Markdown, which also reads well in a terminal. */
export const toTable = (scenario: Scenario, { rows }: ScenarioResult): string => {
  const floor = rows.find(({ isFloor }) => isFloor)?.medians;
  const lines = rows.map(({ name, medians, failures }) => {
    const cells = scenario.columns.flatMap(({ key, digits = 1, isRatio = false }) => {
      const value = medians[key];
      const base = floor?.[key];
      const cell = format(value, digits);
      if (!isRatio || floor === undefined) return [cell];
      return [cell, base === undefined || value === undefined ? '' : `${format(value / base, 2)} ×`];
    });
    return [failures.length > 0 ? `${name} (${failures.length} runs failed)` : name, ...cells];
  });
  const titles = scenario.columns.flatMap(({ title, isRatio = false }) =>
    isRatio && floor !== undefined ? [title, '÷ floor'] : [title],
  );
  const header = ['', ...titles];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const toLine = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [`### ${scenario.title}`, '', toLine(header), rule, ...lines.map(toLine)].join('\n');
};
