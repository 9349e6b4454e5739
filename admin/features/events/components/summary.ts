import type { Text } from '../../../shared/text/text';
import type { EventFrame } from '../use-event-log';

const SHOWN = 160;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What an event is about, on one line: the name, the words, or the data itself of types that are not ours. */
export const summaryOf = (
  { type, data }: Pick<EventFrame, 'type' | 'data'>,
  { appointment }: Pick<Text, 'appointment'>,
): string => {
  const statuses: Readonly<Record<string, string>> = appointment.status;
  if (data.purged === true) return text(data.id ?? data.patient_id);
  switch (type) {
    case 'patient_created':
    case 'patient_updated':
      return `${text(data.last_name)}, ${text(data.first_name)}`;
    case 'appointment_created':
    case 'appointment_updated':
    case 'appointment_cancelled':
      return [text(data.type), text(data.practitioner), statuses[text(data.status)]]
        .filter(Boolean)
        .join(' · ');
    case 'patient_deleted':
      return text(data.patient_id);
    case 'appointment_deleted':
      return text(data.appointment_id);
    case 'system_notification':
      return text(data.message);
    default:
      return JSON.stringify(data).slice(0, SHOWN);
  }
};
