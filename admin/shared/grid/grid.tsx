// biome-ignore-all lint/a11y/useSemanticElements: rows placed by `transform` cannot be those of a <table>
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active row
'use client';

import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import {
  type Ref,
  useCallback,
  useEffect,
  useId,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { Mark } from '../hooks/use-recent-changes';
import { lazily } from '../lazily';
import { type Column, columnsFor, type Sort, tracksOf } from './columns';
import classes from './grid.module.css';
import { GridRow } from './grid-row';
import { GridSkeleton } from './grid-skeleton';
import { useGridKeys } from './use-grid-keys';
import { useGridWidth } from './use-grid-width';
import { useScrollAnchor } from './use-scroll-anchor';

const OrderButton = lazily(async () => (await import('./order-button')).OrderButton);

const ROW_REM = { wide: 2.625, medium: 2.625, narrow: 3.5 } as const;
/** Rows outside the window that are kept ready for the next flick. */
const OVERSCAN = 10;
/** The next page is asked for when so few rows are left below. */
const AHEAD = 60;

const NO_MARKS: ReadonlyMap<string, Mark> = new Map();
const NO_LABELS = { created: '', updated: '' };

export interface GridHandle {
  readonly focus: () => void;
  readonly scrollToTop: () => void;
}

interface GridProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly loading: boolean;
  /** All rows are here; false: `onNearEnd` is called as the reader comes near the last one. */
  readonly complete: boolean;
  readonly stale: boolean;
  /** Rows that have just changed, and what that is called; nothing flashes without them. */
  readonly marks?: ReadonlyMap<string, Mark>;
  readonly markLabels?: Readonly<Record<Mark['kind'], string>>;
  /** Says who made a change: "by Anna Berg", or nothing. */
  readonly whoOf?: (mark: Mark) => string;
  /** The row whose details are open. */
  readonly openId?: string | null;
  readonly onNearEnd?: () => void;
  /** Told when the reader leaves the first row and when they are back. */
  readonly onAtTop?: (atTop: boolean) => void;
  readonly onOpen?: (row: Row) => void;
  readonly handle?: Ref<GridHandle>;
  readonly sort?: Sort;
  /** Told that the reader wants another order. */
  readonly onSort?: ((sort: Sort) => void) | undefined;
}

/** A list of any length: only the rows in sight are in the document. Rows must not change their height. */
export const Grid = <Row extends { readonly id: string }>(props: GridProps<Row>) => {
  const {
    rows,
    columns,
    marks = NO_MARKS,
    markLabels = NO_LABELS,
    complete,
    onNearEnd,
    onOpen,
    sort,
    onSort,
  } = props;
  const gridId = useId();
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const { width, remPx } = useGridWidth(scroller);
  const shown = useMemo(() => columnsFor(columns, width), [columns, width]);
  const rowPx = ROW_REM[width] * remPx;

  const activeRef = useRef(-1);
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => scroller,
    estimateSize: () => rowPx,
    overscan: OVERSCAN,
    scrollPaddingStart: width === 'narrow' ? 0 : 2.25 * remPx,
    // The active row stays in the document, so that `aria-activedescendant` never points at nothing.
    rangeExtractor: useCallback((range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const indexes = defaultRangeExtractor(range);
      const active = activeRef.current;
      return active < 0 || active >= range.count || indexes.includes(active) ? indexes : [...indexes, active];
    }, []),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was measured at another height is void
  useEffect(() => virtualizer.measure(), [rowPx, virtualizer]);
  useScrollAnchor(virtualizer, rows, rowPx);
  const keys = useGridKeys(rows, virtualizer, onOpen);
  activeRef.current = keys.activeIndex;

  useImperativeHandle(
    props.handle,
    () => ({
      focus: () => scroller?.focus(),
      scrollToTop: () => scroller?.scrollTo({ top: 0 }),
    }),
    [scroller],
  );

  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  const nearEnd = !complete && rows.length > 0 && lastShown >= rows.length - AHEAD;
  useEffect(() => {
    if (nearEnd) onNearEnd?.();
  });

  const atTop = (virtualizer.scrollOffset ?? 0) < rowPx / 2;
  const tellAtTop = useRef(props.onAtTop);
  tellAtTop.current = props.onAtTop;
  useEffect(() => tellAtTop.current?.(atTop), [atTop]);

  const { activate } = keys;
  const pick = useRef<(row: Row) => void>(() => undefined);
  pick.current = (row) => {
    activate(row.id);
    onOpen?.(row);
  };
  const onPick = useCallback((row: Row) => pick.current(row), []);

  const activeRow = rows[keys.activeIndex];
  const domId = (row: Row) => `${gridId}${row.id}`;
  return (
    <div
      ref={setScroller}
      className={classes.grid}
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={complete ? rows.length + 1 : -1}
      aria-colcount={shown.length}
      aria-busy={props.loading}
      aria-activedescendant={activeRow ? domId(activeRow) : undefined}
      data-width={width}
      data-stale={props.stale || undefined}
      style={{ '--tracks': tracksOf(shown), '--row-height': `${rowPx}px` }}
      onKeyDown={keys.onKeyDown}
      onFocus={keys.onFocus}
    >
      <div role="rowgroup" className={classes.head}>
        <div role="row" aria-rowindex={1} className={classes.headRow}>
          {shown.map(({ id, align, header, order, newestFirst = false }) => {
            const sorted =
              sort && sort.by === order ? (sort.descending ? 'descending' : 'ascending') : undefined;
            return (
              <div
                key={id}
                role="columnheader"
                className={classes.cell}
                data-align={align}
                aria-sort={sorted}
              >
                {order && onSort && width !== 'narrow' ? (
                  <OrderButton
                    header={header}
                    order={order}
                    descending={sorted === undefined ? newestFirst : sorted === 'ascending'}
                    onSort={onSort}
                  />
                ) : (
                  header
                )}
              </div>
            );
          })}
        </div>
      </div>
      {props.loading ? (
        <GridSkeleton columns={shown} />
      ) : (
        <div role="rowgroup" className={classes.body} style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            const mark = marks.get(row.id);
            return (
              <GridRow
                key={row.id}
                row={row}
                domId={domId(row)}
                index={item.index}
                topPx={item.start}
                columns={shown}
                active={item.index === keys.activeIndex}
                open={row.id === props.openId}
                mark={mark}
                markLabel={mark && markLabels[mark.kind]}
                who={(mark && props.whoOf?.(mark)) ?? ''}
                onPick={onPick}
              />
            );
          })}
        </div>
      )}
    </div>
  );
};
