import { Checkbox } from '@mantine/core';
import { WithUnbroken } from '../../../shared/components/unbroken';
import { type Formats, useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import classes from './import.module.css';
import { IMPORT } from './messages';
import type { Suspect } from './use-import';

const SHOWN = 200;

interface Named {
  readonly last_name: string;
  readonly first_name: string;
  readonly birth_date?: string | null | undefined;
  readonly mrn?: string | undefined;
}

const describe = ({ last_name, first_name, birth_date, mrn }: Named, formats: Formats): string =>
  [`${last_name}, ${first_name}`, birth_date && formats.date(birth_date), mrn].filter(Boolean).join(' · ');

/** Rows that may be people who are registered; nobody of them is imported unless chosen. */
export const DuplicatesCard = ({
  suspects,
  chosen,
  disabled,
  onChoose,
}: {
  suspects: readonly Suspect[];
  /** Lines that are imported anyway. */
  chosen: ReadonlySet<number>;
  disabled: boolean;
  onChoose: (chosen: ReadonlySet<number>) => void;
}) => {
  const words = useRoomText(IMPORT).duplicates;
  const text = useText();
  const formats = useFormats();
  const choosable = suspects.filter(({ isTaken }) => !isTaken).map(({ good }) => good.line);
  const toggle = (line: number, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(line);
    else next.delete(line);
    onChoose(next);
  };
  const isAll = choosable.length > 0 && choosable.every((line) => chosen.has(line));
  const more = suspects.length - SHOWN;
  return (
    <section className={classes.card} aria-labelledby="import-duplicates">
      <h2 id="import-duplicates">{words.title}</h2>
      <p className={classes.lead}>{suspects.length === 0 ? words.none : words.hint}</p>
      {choosable.length > 1 && (
        <Checkbox
          label={words.all}
          checked={isAll}
          indeterminate={!isAll && chosen.size > 0}
          disabled={disabled}
          mb="xs"
          onChange={() => onChoose(new Set(isAll ? [] : choosable))}
        />
      )}
      <ul className={classes.list}>
        {suspects.slice(0, SHOWN).map(({ good: { line, row, twinOf }, isTaken, patients }) => (
          <li key={line} className={classes.suspect}>
            {isTaken ? (
              <strong>
                {formatMessage(words.row, { line })}{' '}
                <WithUnbroken text={describe(row, formats)} number={row.mrn} />
              </strong>
            ) : (
              <Checkbox
                label={
                  <WithUnbroken
                    text={formatMessage(words.anyway, { name: describe(row, formats), line })}
                    number={row.mrn}
                  />
                }
                checked={chosen.has(line)}
                disabled={disabled}
                onChange={(event) => toggle(line, event.currentTarget.checked)}
              />
            )}
            {isTaken && <span className={classes.second}>{words.taken}</span>}
            {patients.map((patient) => (
              <span key={patient.id} className={classes.second}>
                <WithUnbroken
                  text={formatMessage(words.same, { who: describe(patient, formats) || text.app.none })}
                  number={patient.mrn}
                />
              </span>
            ))}
            {twinOf !== null && (
              <span className={classes.second}>{formatMessage(words.twin, { line: twinOf })}</span>
            )}
          </li>
        ))}
      </ul>
      {more > 0 && <p className={classes.lead}>{formatMessage(words.more, { n: formats.number(more) })}</p>}
    </section>
  );
};
