import type { ReactNode } from 'react';

/** From how much room a column is shown: always, on a tablet, on a desk. */
export type ColumnWidth = 'narrow' | 'medium' | 'wide';

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** A CSS grid track, such as `minmax(10rem, 2fr)`. */
  readonly track: string;
  readonly shownFrom: ColumnWidth;
  readonly align?: 'end';
  /** Digits of equal width, so that they stand below each other. */
  readonly numeric?: boolean;
  /** The name of the order by this column, where the server has one. */
  readonly order?: string;
  /** The first press on its head puts the greatest first. */
  readonly newestFirst?: true;
}

/** The order that the rows are in. */
export interface Sort {
  readonly by: string;
  readonly descending: boolean;
}

const LEVEL: Record<ColumnWidth, number> = { narrow: 0, medium: 1, wide: 2 };

/** The columns that there is room for. */
export const columnsFor = <Row>(
  columns: readonly Column<Row>[],
  width: ColumnWidth,
): readonly Column<Row>[] => columns.filter((column) => LEVEL[column.shownFrom] <= LEVEL[width]);

/** `grid-template-columns` of these columns. */
export const tracksOf = <Row>(columns: readonly Column<Row>[]): string =>
  columns.map((column) => column.track).join(' ');
