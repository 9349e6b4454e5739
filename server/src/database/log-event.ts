import { type Audience, topicOf, type View, viewEventData } from '@wardbell/contract';

/** An event that a unit of work wants to exist. `data` is the whole object; views are cut when it is sent. */
export interface NewEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly audience?: Audience;
}

/** An event of a tenant's log: it has its number, so its transaction has committed or is about to. */
export interface LogEvent {
  readonly tenantId: string;
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  /** JSON text, because JavaScript's numbers would alter those of an application. */
  readonly data: string;
  readonly audience: Audience | null;
  /** When it was written to the log, by the clock of the database. */
  readonly timestamp: Date;
  /** `sub` of whoever did it; null for what no person did through the API. */
  readonly actorId: string | null;
  /** JSON text of a CloudEvent's context attributes. */
  readonly cloudEvent?: string | undefined;
  /** What it is part of (W3C Trace Context), while it is on its way and somebody traces. Not in the log. */
  readonly trace?: string | undefined;
}

/** What an audit row says. `changed` names fields, never their values. */
export interface NewAudit {
  /** `<object>.<verb>`, such as `patient.update`. */
  readonly action: string;
  readonly objectType?: string;
  readonly objectId?: string;
  readonly patientId?: string;
  readonly changed?: readonly string[];
}

/** An event as JSON text, as a view may see it. Application-defined data passes through byte for byte. */
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
  // our own types: their numbers are versions and minutes
  const parsed: unknown = JSON.parse(data);
  return JSON.stringify(viewEventData(type, parsed instanceof Object ? { ...parsed } : {}, view));
};
