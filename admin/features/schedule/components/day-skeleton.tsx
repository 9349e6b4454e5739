import type { CSSProperties } from 'react';
import classes from './day-grid.module.css';

const COLUMNS = ['a', 'b', 'c'];
const HOURS = 12;
/** Uneven, as a day is: where blocks begin and how long they are, in hours. */
const BLOCKS = [
  [1, 0.5],
  [1.75, 0.75],
  [3, 0.5],
  [4.25, 0.5],
  [5, 1],
] as const;

const SHAPE: CSSProperties = { '--hour': '6.5rem', '--hours': HOURS, '--columns': COLUMNS.length };

/** The shape of a day that is being loaded, at its own measures, so that nothing moves when it comes. */
export const DaySkeleton = () => (
  <div className={classes.scroller} style={{ ...SHAPE, overflow: 'hidden' }} aria-hidden="true">
    <div className={classes.gutter}>
      <div className={classes.corner} />
      <div className={classes.times} />
    </div>
    {COLUMNS.map((column, place) => (
      <div key={column} className={classes.column}>
        <div className={classes.columnHead} />
        <div className={classes.columnBody}>
          {BLOCKS.map(([at, hours]) => (
            <div
              key={at}
              className={classes.skeleton}
              style={{
                top: `${((at + place / 4) / HOURS) * 100}%`,
                height: `calc(${(hours / HOURS) * 100}% - 2px)`,
              }}
            />
          ))}
        </div>
      </div>
    ))}
  </div>
);
