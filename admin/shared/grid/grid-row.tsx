// biome-ignore-all lint/a11y/useSemanticElements: rows placed by `transform` cannot be those of a <table>
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active row
import { memo } from 'react';
import type { Mark } from '../hooks/use-recent-changes';
import type { Column } from './columns';
import classes from './grid.module.css';

interface GridRowProps<Row> {
  readonly row: Row;
  readonly domId: string;
  readonly index: number;
  readonly topPx: number;
  readonly columns: readonly Column<Row>[];
  readonly active: boolean;
  readonly open: boolean;
  readonly mark: Mark | undefined;
  readonly markLabel: string | undefined;
  /** Who made the change, in words; empty when that is not known. */
  readonly who: string;
  readonly onPick: (row: Row) => void;
}

const Plain = <Row,>({
  row,
  domId,
  index,
  topPx,
  columns,
  active,
  open,
  mark,
  markLabel,
  who,
  onPick,
}: GridRowProps<Row>) => (
  // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of all rows are handled by the grid, which has the focus
  <div
    id={domId}
    role="row"
    aria-rowindex={index + 2}
    aria-selected={active}
    className={classes.row}
    data-active={active || undefined}
    data-open={open || undefined}
    style={{ transform: `translateY(${topPx}px)` }}
    onClick={() => onPick(row)}
  >
    {mark && <span key={mark.version} className={classes.flash} data-kind={mark.kind} aria-hidden="true" />}
    {columns.map((column, place) => (
      <div
        key={column.id}
        role="gridcell"
        className={classes.cell}
        data-align={column.align}
        data-numeric={column.numeric}
      >
        {column.cell(row)}
        {place === 0 && mark && (
          <span className={classes.spoken}>
            , {markLabel} {who}
          </span>
        )}
      </div>
    ))}
    {mark && who !== '' && (
      <span className={classes.who} aria-hidden="true">
        {who}
      </span>
    )}
  </div>
);

/** One row; it renders again only when something of its own has changed. */
export const GridRow = memo(Plain) as typeof Plain;
