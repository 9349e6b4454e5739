import type { Column } from './columns';
import classes from './grid.module.css';

const ROWS = Array.from({ length: 24 }, (_, index) => index);
/** Bars of uneven length look like text that is about to come, not like a table of nothing. */
const barWidth = (row: number, column: number): string => `${45 + ((row * 7 + column * 13) % 5) * 9}%`;

/** The shape of the rows that are being loaded, at their own height, so that nothing moves when they come. */
export const GridSkeleton = <Row,>({ columns }: { columns: readonly Column<Row>[] }) => (
  <div className={classes.skeleton} aria-hidden="true">
    {ROWS.map((row) => (
      <div key={row} className={classes.skeletonRow}>
        {columns.map((column, place) => (
          <div key={column.id} className={classes.cell} data-align={column.align}>
            <span className={classes.bar} style={{ width: barWidth(row, place) }} />
          </div>
        ))}
      </div>
    ))}
  </div>
);
