import { formatMessage } from '../../../shared/text/message';
import type { EventFrame } from '../use-event-log';

type Words = Readonly<Record<string, string>>;

/** What is said of an event, in the reader's language. */
export interface SummaryWords {
  /** Kinds of objects, also those of `clinic_setup_changed`. */
  readonly objects: Words;
  /** Statuses of appointments, and of gateways. */
  readonly statuses: Words;
  readonly gatewayStatuses: Words;
  readonly noticeStates: Words;
  readonly inboxChanges: Words;
  readonly purged: string;
  /** With `{id}`. */
  readonly mergedInto: string;
  /** The name of a person, else the id. */
  readonly person: (id: string) => string;
}

const SHOWN = 160;
/** Enough of an id to tell one from another on a screen; the panel has all of it. */
const ID_SHOWN = 8;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const join = (...parts: readonly (string | undefined)[]): string => parts.filter(Boolean).join(' · ');
const wordOf = (words: Words, value: unknown): string => words[text(value)] ?? text(value);

/** What an event is about, on one line: the name, the words, or the data itself of types that are not ours. */
export const summaryOf = ({ type, data }: Pick<EventFrame, 'type' | 'data'>, words: SummaryWords): string => {
  const shortId = (id: unknown) => text(id).slice(0, ID_SHOWN);
  const objectOf = (kind: string, id: unknown) => `${wordOf(words.objects, kind)} ${shortId(id)}`.trim();
  if (data['purged'] === true) {
    const id = data['id'] ?? data['appointment_id'] ?? data['patient_id'];
    return join(objectOf(type.startsWith('appointment') ? 'appointment' : 'patient', id), words.purged);
  }
  switch (type) {
    case 'patient_created':
    case 'patient_updated':
      return `${text(data['last_name'])}, ${text(data['first_name'])}`;
    case 'appointment_created':
    case 'appointment_updated':
    case 'appointment_cancelled':
      return join(text(data['type']), text(data['practitioner']), wordOf(words.statuses, data['status']));
    case 'patient_deleted': {
      const into = shortId(data['merged_into']);
      return join(
        objectOf('patient', data['patient_id']),
        into === '' ? undefined : formatMessage(words.mergedInto, { id: into }),
      );
    }
    case 'appointment_deleted':
      return objectOf('appointment', data['appointment_id']);
    case 'clinic_setup_changed':
      return objectOf(text(data['kind']), data['id']);
    case 'user_changed':
      return words.person(text(data['user_id']));
    case 'gateway_status_change':
      return join(text(data['gateway_id']), wordOf(words.gatewayStatuses, data['current_status']));
    case 'system_notification':
      return text(data['message']);
    case 'inbox_changed':
      return join(objectOf('notification', data['id']), wordOf(words.inboxChanges, data['changed']));
    case 'notification_progress':
    case 'notification_state':
      return join(objectOf('notification', data['id']), wordOf(words.noticeStates, data['state']));
    default:
      return JSON.stringify(data).slice(0, SHOWN);
  }
};
