import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Conflict } from '@wardbell/contract';
import { useMemo } from 'react';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { usePatientNames } from '../../patients/queries/use-patient-names';
import { scheduleText } from '../messages';
import { sayConflict } from '../model/conflict-text';
import type { AppointmentDraft } from '../model/draft';
import { type Conflicts, MAX_NAMED } from '../queries/use-conflicts';

const OVERLAPS: readonly Conflict['kind'][] = ['practitioner', 'room', 'patient'];

/** Whether the clinic makes it impossible to save what has these conflicts. */
export const isForbidden = ({ conflicts, doubleBooking }: Conflicts): boolean =>
  doubleBooking === 'forbid' && conflicts.some(({ kind }) => OVERLAPS.includes(kind));

/** Says in words what a draft overlaps, with the time of the other appointment and its patient as far as one may see it. */
export const BookingConflicts = ({ found, draft }: { found: Conflicts; draft: AppointmentDraft }) => {
  const words = useRoomText(scheduleText).conflicts;
  const formats = useFormats();
  const { conflicts, others } = found;
  const ids = useMemo(() => [...new Set([...others.values()].map((row) => row.patient_id))], [others]);
  const patients = usePatientNames(ids);
  const sayOf = (conflict: Conflict): string => {
    const other = conflict.appointment_id === undefined ? undefined : others.get(conflict.appointment_id);
    const patient = other && patients.get(other.patient_id);
    const { date, practitioner, room } = draft;
    return sayConflict(conflict, { words, formats, date, practitioner, room, other, patient });
  };
  const more = conflicts.length - MAX_NAMED;
  const forbidden = isForbidden(found);
  return (
    <div role="status">
      {conflicts.length > 0 && (
        <Alert
          // within the status: an alert of its own would be read aloud a second time
          role="note"
          variant="light"
          color={forbidden ? 'red' : 'orange'}
          // the title in the color of the text: the tone's own is too pale on it
          styles={{ title: { color: 'var(--mantine-color-text)' } }}
          icon={<IconAlertTriangle aria-hidden="true" />}
          title={forbidden ? words.forbidden : words.title}
        >
          <ul style={{ margin: 0, paddingInlineStart: '1.125rem' }}>
            {conflicts.slice(0, MAX_NAMED).map((conflict) => (
              <li key={`${conflict.kind}${conflict.appointment_id ?? ''}${conflict.from}`}>
                {sayOf(conflict)}
              </li>
            ))}
            {more > 0 && <li>{formatMessage(words.more, { n: more })}</li>}
          </ul>
        </Alert>
      )}
    </div>
  );
};
