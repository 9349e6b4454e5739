import classes from './limits-room.module.css';

/** From where on little is left. */
const NARROW = 0.9;

const percent = (part: number, whole: number): string =>
  `${whole === 0 ? 100 : Math.min(100, (part / whole) * 100)}%`;

/** How much is used, with a mark at the limit when the ceiling is higher. Numbers stand beside it in words. */
export const Gauge = ({ used, limit, ceiling }: { used: number; limit: number; ceiling: number | null }) => {
  const end = Math.max(ceiling ?? limit, limit, used);
  return (
    <span className={classes.gauge} aria-hidden="true">
      <span className={classes.allowed} style={{ width: percent(limit, end) }} />
      <span
        className={classes.used}
        data-narrow={used >= limit * NARROW || undefined}
        style={{ width: percent(used, end) }}
      />
      {end > limit && <span className={classes.mark} style={{ insetInlineStart: percent(limit, end) }} />}
    </span>
  );
};
