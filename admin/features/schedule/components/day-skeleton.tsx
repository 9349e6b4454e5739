import type { CSSProperties } from 'react';
import classes from './day-grid.module.css';
import { GutterWidth } from './gutter-width';

/** When it is not known yet how many there are. */
const USUAL_COLUMNS = 3;
const MAX_COLUMNS = 8;
const HOURS = 12;
/** Uneven, as a day is: where blocks begin and how long they are, in hours. */
const BLOCKS = [
  [1, 0.5],
  [1.75, 0.75],
  [3, 0.5],
  [4.25, 0.5],
  [5, 1],
] as const;

const shapeOf = (columns: number): CSSProperties => ({
  '--hour': '6.5rem',
  '--hours': HOURS,
  '--columns': columns,
});

/** The shape of a day that is being loaded, at its own measures, so that nothing moves when it comes. */
export const DaySkeleton = ({ columns }: { columns: number }) => {
  const shown = Math.min(columns || USUAL_COLUMNS, MAX_COLUMNS);
  return (
    <div className={`${classes.scroller} ${classes.shape}`} style={shapeOf(shown)} aria-hidden="true">
      <div className={classes.gutter}>
        <div className={classes.corner}>
          <GutterWidth />
        </div>
        <div className={classes.times} />
      </div>
      {Array.from({ length: shown }, (_, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are alike
        <div key={place} className={classes.column}>
          <div className={classes.columnHead} />
          <div className={classes.columnBody}>
            {BLOCKS.map(([at, hours]) => (
              <div
                key={at}
                className={classes.skeleton}
                style={{
                  top: `${((at + (place % 4) / 4) / HOURS) * 100}%`,
                  height: `calc(${(hours / HOURS) * 100}% - 2px)`,
                }}
              />
            ))}
          </div>
        </div>
      ))}
    </div>
  );
};
