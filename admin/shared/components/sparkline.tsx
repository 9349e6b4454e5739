import classes from './sparkline.module.css';

const WIDTH = 120;
const HEIGHT = 28;
const PAD = 2;

/** The course of a number as a word-sized line. `label` says it to those who do not see it. */
export const Sparkline = ({ values, label }: { values: readonly number[]; label: string }) => {
  const top = Math.max(1, ...values);
  const step = (WIDTH - 2 * PAD) / Math.max(1, values.length - 1);
  const points = values.map(
    (value, index) =>
      `${(PAD + index * step).toFixed(1)},${(HEIGHT - PAD - (value / top) * (HEIGHT - 2 * PAD)).toFixed(1)}`,
  );
  return (
    <svg
      className={classes.line}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <polygon
        className={classes.area}
        points={`${PAD},${HEIGHT - PAD} ${points.join(' ')} ${WIDTH - PAD},${HEIGHT - PAD}`}
      />
      <polyline className={classes.stroke} points={points.join(' ')} />
    </svg>
  );
};
