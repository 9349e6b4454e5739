import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { systemText } from '../messages';
import type { HealthChange } from '../use-system';
import classes from './system-room.module.css';

/** Changes of health that were told to this page, the newest first. */
export const HealthChanges = ({ changes }: { changes: readonly HealthChange[] }) => {
  const words = useRoomText(systemText);
  const formats = useFormats();
  const states: Readonly<Record<string, string>> = words.states;
  const state = (name: string) => states[name.toLowerCase()] ?? name;
  return (
    <section className={classes.part} aria-labelledby="health-changes">
      <h2 id="health-changes" className={classes.partTitle}>
        {words.changes.label}
      </h2>
      {changes.length === 0 ? (
        <p className={classes.quiet}>{words.changes.none}</p>
      ) : (
        <ol className={classes.changes}>
          {changes.map(({ key, atMs, what, before, after }) => (
            <li key={key}>
              <time dateTime={new Date(atMs).toISOString()}>{formats.dateTime(atMs)}</time>{' '}
              {formatMessage(words.changes.change, {
                what: words.changes[what],
                before: state(before),
                after: state(after),
              })}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
};
