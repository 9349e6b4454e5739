import type { Appointment, Conflict, Patient } from '@wardbell/contract';
import { type Formats, todayIn } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { listedName } from '../../patients/model/listed-name';
import type { ScheduleText } from '../messages';

/** Says in words what an appointment overlaps, with the other patient as far as one may see it. */
export const sayConflict = (
  conflict: Conflict,
  {
    words,
    formats,
    date,
    practitioner,
    room,
    other,
    patient,
  }: {
    readonly words: ScheduleText['conflicts'];
    readonly formats: Pick<Formats, 'timeZone' | 'clock' | 'dateTime'>;
    /** The day of the appointment, whose date goes without saying. */
    readonly date: string;
    readonly practitioner: string;
    readonly room: string;
    /** The appointment that it overlaps, as far as it is loaded. */
    readonly other: Appointment | undefined;
    readonly patient: Patient | undefined;
  },
): string => {
  const { from, to } = conflict;
  const [first, last] = [from, to].map((at) => todayIn(formats.timeZone, Date.parse(at)));
  const span =
    first === last && first === date
      ? `${formats.clock(from)}–${formats.clock(to)}`
      : `${formats.dateTime(from)} – ${formats.dateTime(to)}`;
  const said = formatMessage(words[conflict.kind], {
    practitioner: practitioner.trim() || words.somebody,
    room: room.trim(),
    span,
  });
  if (conflict.kind === 'patient') return other?.practitioner ? `${said} (${other.practitioner})` : said;
  return patient ? `${said} (${listedName(patient)})` : said;
};
