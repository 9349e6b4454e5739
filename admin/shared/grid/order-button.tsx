import type { Sort } from './columns';
import classes from './grid.module.css';

/** The head of a column by which the rows can be sorted; a second press turns the order round. */
export const OrderButton = ({
  header,
  order,
  descending,
  onSort,
}: {
  header: string;
  order: string;
  /** What a press asks for. */
  descending: boolean;
  onSort: (sort: Sort) => void;
}) => (
  <button type="button" className={classes.order} onClick={() => onSort({ by: order, descending })}>
    {header}
  </button>
);
