import { Button } from '@mantine/core';
import type { Patient } from '@wardbell/contract';
import { Unbroken } from '../../../shared/components/unbroken';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { PATIENT_FORM } from '../messages';
import { listedName } from '../model/listed-name';
import classes from './possible-duplicates.module.css';

/** Patients who may be the person who is being registered, each with the way to the record. Announced when they appear. */
export const PossibleDuplicates = ({
  patients,
  choice,
  onOpen,
  onMerge,
}: {
  patients: readonly Patient[];
  /** The patient is chosen for something else, not opened. */
  choice: boolean;
  onOpen: (patient: Patient) => void;
  /** Merges two of them; null: this person may not. */
  onMerge: ((patient: Patient) => void) | null;
}) => {
  const text = useText();
  const { date } = useFormats();
  const words = useRoomText(PATIENT_FORM).duplicates;
  return (
    <div role="status">
      {patients.length > 0 && (
        <section className={classes.duplicates} aria-label={words.title}>
          <p className={classes.title}>{words.title}</p>
          <ul className={classes.list}>
            {patients.map((patient) => (
              <li key={patient.id} className={classes.patient}>
                <span className={classes.who}>
                  <span className={classes.name}>{listedName(patient)}</span>
                  <span className={classes.facts}>
                    {patient.birth_date === null ? text.app.none : date(patient.birth_date)} ·{' '}
                    <Unbroken number={patient.mrn} />
                  </span>
                </span>
                <Button
                  variant="default"
                  size="xs"
                  className={classes.open}
                  onClick={() => onOpen(patient)}
                  aria-label={formatMessage(choice ? words.chooseWhom : words.openWhom, {
                    name: listedName(patient),
                  })}
                >
                  {choice ? words.choose : words.open}
                </Button>
              </li>
            ))}
          </ul>
          {onMerge && patients.length > 1 && patients[0] && (
            <Button variant="subtle" size="xs" mt={4} onClick={() => patients[0] && onMerge(patients[0])}>
              {words.merge}
            </Button>
          )}
        </section>
      )}
    </div>
  );
};
