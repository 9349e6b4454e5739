import type { Patient } from '@wardbell/contract';
import { useMemo } from 'react';
import { isWithheld } from '../../../shared/api/patient-rows';
import cells from '../../../shared/grid/cells.module.css';
import type { Column } from '../../../shared/grid/columns';
import { useNow } from '../../../shared/hooks/use-now';
import { lazily } from '../../../shared/lazily';
import { ageOn, todayIn, useFormats } from '../../../shared/text/formats';
import { useText } from '../../../shared/text/text';
import { listedName } from '../model/listed-name';
import classes from './columns.module.css';

const ArchivedBadge = lazily(async () => (await import('./archived-badge')).ArchivedBadge);
const RestrictedBadge = lazily(async () => (await import('../../care/restricted-badge')).RestrictedBadge);

/** The columns of the patient list, in the reader's language and the clinic's time zone. */
export const usePatientColumns = (): readonly Column<Patient>[] => {
  const words = useText();
  const formats = useFormats();
  const nowMs = useNow(30_000);
  return useMemo(() => {
    const { columns } = words.patients;
    const today = todayIn(formats.timeZone, nowMs);
    const none = <span className={cells.none}>{words.app.none}</span>;
    return [
      {
        id: 'name',
        header: columns.name,
        order: 'name',
        track: 'minmax(10rem, 2.4fr)',
        shownFrom: 'narrow',
        cell: (patient) => (
          <span className={cells.stack}>
            <span className={classes.line}>
              <span className={classes.name} title={listedName(patient)}>
                {isWithheld(patient) ? (
                  listedName(patient)
                ) : (
                  <>
                    <span className={classes.last}>{patient.last_name},</span> {patient.first_name}
                  </>
                )}
              </span>
              {patient.restricted && <RestrictedBadge />}
              {patient.archived && <ArchivedBadge />}
            </span>
            <span className={cells.second} title={patient.mrn}>
              {patient.birth_date !== null && `${formats.date(patient.birth_date)} · `}
              {patient.mrn}
            </span>
          </span>
        ),
      },
      {
        id: 'mrn',
        header: columns.mrn,
        track: 'minmax(6.5rem, 0.9fr)',
        shownFrom: 'medium',
        cell: (patient) => <span title={patient.mrn}>{patient.mrn}</span>,
      },
      {
        id: 'birth_date',
        numeric: true,
        header: columns.birthDate,
        order: 'birth_date',
        track: 'minmax(7rem, 0.8fr)',
        shownFrom: 'medium',
        cell: (patient) => (patient.birth_date === null ? none : formats.date(patient.birth_date)),
      },
      {
        id: 'age',
        numeric: true,
        header: columns.age,
        track: '3rem',
        shownFrom: 'medium',
        align: 'end',
        cell: (patient) => (patient.birth_date === null ? none : ageOn(patient.birth_date, today)),
      },
      {
        id: 'gender',
        header: columns.gender,
        track: 'minmax(5rem, 0.6fr)',
        shownFrom: 'wide',
        cell: (patient) => (patient.gender === 'unknown' ? none : words.gender[patient.gender]),
      },
      {
        id: 'phone',
        numeric: true,
        header: columns.phone,
        track: 'minmax(8.25rem, 1fr)',
        shownFrom: 'wide',
        cell: (patient) => patient.phone ?? none,
      },
      {
        id: 'updated',
        numeric: true,
        header: columns.updated,
        order: 'updated',
        newestFirst: true,
        track: 'minmax(7rem, 0.8fr)',
        shownFrom: 'wide',
        align: 'end',
        cell: (patient) =>
          isWithheld(patient) ? (
            none
          ) : (
            <time dateTime={patient.updated_at} title={formats.dateTime(patient.updated_at)}>
              {formats.ago(patient.updated_at, nowMs)}
            </time>
          ),
      },
    ];
  }, [words, formats, nowMs]);
};
