import type { ReactNode, Ref } from 'react';
import type { Polled } from '../../../shared/api/use-polled';
import { AsOf } from '../../../shared/components/as-of';
import { FailureNotice } from '../../../shared/components/failure-notice';
import type { Column } from '../../../shared/grid/columns';
import { Grid, type GridHandle } from '../../../shared/grid/grid';
import classes from '../../../shared/room/room.module.css';

/** A polled list on a sheet: its rows, or why there are none. */
export const ListSheet = <Row extends { readonly id: string }>({
  label,
  polled,
  rows,
  columns,
  openId,
  handle,
  empty,
  status,
  onOpen,
}: {
  label: string;
  polled: Polled<unknown>;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  openId: string | null;
  handle: Ref<GridHandle>;
  /** Shown instead of the grid when the list is empty. */
  empty: ReactNode;
  status: ReactNode;
  onOpen: (row: Row) => void;
}) => {
  const loading = polled.data === undefined && polled.error === null;
  return (
    <div className={classes.sheet}>
      {loading || rows.length > 0 ? (
        <Grid
          handle={handle}
          label={label}
          rows={rows}
          columns={columns}
          loading={loading}
          complete
          stale={polled.stale}
          openId={openId}
          onOpen={onOpen}
        />
      ) : (
        <div className={classes.notice}>
          {polled.data === undefined && polled.error ? (
            <FailureNotice error={polled.error} onRetry={polled.refresh} />
          ) : (
            empty
          )}
        </div>
      )}
      {polled.data !== undefined && (
        <div className={classes.status}>
          <span>{status}</span>
          <AsOf polled={polled} />
        </div>
      )}
    </div>
  );
};
