// biome-ignore-all lint/a11y/useSemanticElements: rows placed by `transform` cannot be those of a <table>
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active row
import { memo } from 'react';
import type { Mark } from '../hooks/use-recent-changes';
import type { Column } from './columns';
import classes from './grid.module.css';

interface CellsProps<Row> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly mark: Mark | undefined;
  readonly markLabel: string | undefined;
  /** Who made the change, in words; empty when that is not known. */
  readonly who: string;
}

interface GridRowProps<Row> extends CellsProps<Row> {
  readonly domId: string;
  readonly index: number;
  readonly topPx: number;
  readonly active: boolean;
  readonly open: boolean;
  readonly onPick: (row: Row) => void;
}

const PlainCells = <Row,>({ row, columns, mark, markLabel, who }: CellsProps<Row>) => (
  <>
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
  </>
);

/** What is in a row; a row that only moves does not render it again. */
const Cells = memo(PlainCells) as typeof PlainCells;

const PlainRow = <Row,>({ domId, index, topPx, active, open, onPick, ...content }: GridRowProps<Row>) => (
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
    onClick={() => onPick(content.row)}
  >
    <Cells {...content} />
  </div>
);

/** One row; it renders again only when something of its own has changed. */
export const GridRow = memo(PlainRow) as typeof PlainRow;
