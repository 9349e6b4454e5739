import { useFormats } from '../../../shared/text/formats';
import { HOUR_MS } from '../model/clock';
import classes from './day-grid.module.css';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour * HOUR_MS);

/** Makes the gutter of a day as wide as the widest hour in the reader's locale ("12:00 PM"), the same for every day. */
export const GutterWidth = () => {
  const formats = useFormats();
  return (
    <div className={classes.widths}>
      {HOURS.map((atMs) => (
        <div key={atMs} data-text={formats.clock(atMs)} />
      ))}
    </div>
  );
};
