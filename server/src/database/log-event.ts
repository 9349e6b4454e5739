import { type Audience, type EventType, topicOf, type View, viewEventData } from '@wardbell/contract';

/** An event that a unit of work emits. `data` is the whole object; it is reduced to a role's view when it is sent. */
export interface NewEvent {
  /** One of the table: an unknown type would be sent unreduced, as an application's own. */
  readonly type: EventType;
  readonly data: Readonly<Record<string, unknown>>;
  readonly audience?: Audience;
}

/** An event in the log of a tenant. It has a sequence number, so its transaction has committed or is committing. */
export interface LogEvent {
  readonly tenantId: string;
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  /** JSON text, because parsing could change an application's numbers. */
  readonly data: string;
  readonly audience: Audience | null;
  /** When it was written to the log, by the clock of the database. */
  readonly timestamp: Date;
  /** `sub` of the acting principal; null when the event was not caused through the API. */
  readonly actorId: string | null;
  /** JSON text of a CloudEvent's context attributes. */
  readonly cloudEvent?: string | undefined;
  /** Trace context (W3C `traceparent`) during delivery, if tracing is on. Not stored in the log. */
  readonly trace?: string | undefined;
}

/** A field of an event that no view shows: the data of earlier events of the log was changed with this event. */
export const LOG_REWRITTEN = 'log_rewritten';

/**
 * Was the data of earlier events changed? Then what this process read before must not be used again. The name in quotes
 * cannot be part of a text in JSON, where quotes are escaped.
 */
export const rewritesLog = ({ type, data }: LogEvent): boolean =>
  (type === 'patient_deleted' && data.includes('"purged"')) ||
  (type === 'patient_updated' && data.includes(`"${LOG_REWRITTEN}"`));

/** Numbers, codes and keyed hashes, never names or texts of people. */
export type AuditDetails = Readonly<Record<string, string | number>>;

/** The content of an audit row. `changed` lists field names, never their values; `details` has those of settings. */
export interface NewAudit {
  /** `<object>.<verb>`, such as `patient.update`. */
  readonly action: string;
  readonly objectType?: string;
  readonly objectId?: string;
  readonly patientId?: string;
  readonly changed?: readonly string[];
  readonly details?: AuditDetails;
}

/** The JSON text of an event, reduced to a view. Application-defined data is copied byte for byte. */
export const eventText = (
  { type, id, seq, tenantId, timestamp, actorId, data, cloudEvent }: LogEvent,
  view: View,
): string => {
  const envelope = JSON.stringify({
    type,
    id,
    seq,
    tenant_id: tenantId,
    timestamp: timestamp.toISOString(),
    ...(actorId === null || view === 'super' ? undefined : { actor_id: actorId }),
  });
  // its subject may name a person
  const context = cloudEvent === undefined || view === 'super' ? '' : `,"cloud_event":${cloudEvent}`;
  return `${envelope.slice(0, -1)},"data":${dataText(type, data, view)}${context}}`;
};

const dataText = (type: string, data: string, view: View): string => {
  if (topicOf(type) === 'events') return view === 'super' ? '{}' : data;
  // parsing is safe for our own types: their numbers are versions and minutes
  const parsed: unknown = JSON.parse(data);
  return JSON.stringify(viewEventData(type, parsed instanceof Object ? { ...parsed } : {}, view));
};
