import { Checkbox } from '@mantine/core';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import classes from './import.module.css';
import { IMPORT } from './messages';
import type { ReadRows } from './read-rows';

const SHOWN = 100;

/** Which rows cannot be imported, and why. */
export const ProblemsCard = ({
  read,
  isLeftOut,
  disabled,
  onLeaveOut,
}: {
  read: ReadRows;
  isLeftOut: boolean;
  disabled: boolean;
  onLeaveOut: (isLeftOut: boolean) => void;
}) => {
  const words = useRoomText(IMPORT);
  const formats = useFormats();
  const said = words.problems;
  const n = read.badLines;
  const more = read.problems.length - SHOWN;
  return (
    <section className={classes.card} aria-labelledby="import-problems">
      <h2 id="import-problems">{formatMessage(said.title, { n, formatted: formats.number(n) })}</h2>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{said.row}</th>
            <th scope="col">{said.field}</th>
            <th scope="col">{said.reason}</th>
          </tr>
        </thead>
        <tbody>
          {read.problems.slice(0, SHOWN).map(({ line, field, problem }) => (
            <tr key={`${line}/${field}`}>
              <td>{line}</td>
              <td>{words.fields[field]}</td>
              <td>{said.reasons[problem]}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p className={classes.lead}>{formatMessage(said.more, { n: formats.number(more) })}</p>}
      {read.good.length > 0 && (
        <Checkbox
          label={formatMessage(said.leaveOut, { n })}
          checked={isLeftOut}
          disabled={disabled}
          onChange={(event) => onLeaveOut(event.currentTarget.checked)}
        />
      )}
    </section>
  );
};
