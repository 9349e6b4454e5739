import { type DeliveryReason, type StreamRole, topicsOf } from '@wardbell/contract';
import type { Entry } from '../../realtime/hub/entry.js';
import { Subscription } from '../../realtime/hub/subscription.js';

/** Part of the log that a connection was to get, which has the event in it. */
export interface CoveringSpan {
  readonly is_live: boolean;
  readonly topics: readonly string[];
  readonly types: readonly string[] | null;
  /** The event may have waited in the server and never left it. */
  readonly is_unsure: boolean;
  /** When it was written to the connection, if the filter let it through; null: no record says so. */
  readonly written_at: Date | null;
}

/** A connection of the person, with what is recorded of it. */
export interface RecordedConnection {
  readonly id: string;
  readonly role: StreamRole;
  readonly connected_at: Date;
  /** Null: open, or nobody knows. */
  readonly ended_at: Date | null;
  /** Its server was killed, and gone by then. */
  readonly lost_at: Date | null;
  /** It counts as a connection now. */
  readonly is_open: boolean;
  /** Its server has described it. */
  readonly is_described: boolean;
  /** It began to follow the stream after the event. */
  readonly has_joined_later: boolean;
  readonly spans: readonly CoveringSpan[];
}

export interface InboxStates {
  readonly delivered_at: Date | null;
  readonly seen_at: Date | null;
  readonly read_at: Date | null;
  readonly acknowledged_at: Date | null;
}

export interface DeliveryCase {
  readonly entry: Entry;
  readonly writtenAt: Date;
  readonly userId: string;
  /** Of the account; null when there is none in this tenant. */
  readonly role: StreamRole | null;
  /** Records begin here. */
  readonly keptSince: Date;
  readonly now: Date;
  readonly inbox: InboxStates | null;
  /** Those that were open when the event was written, and later ones. The oldest first. */
  readonly connections: readonly RecordedConnection[];
}

/** A server that has not reported within this time has no record. */
const REPORT_MS = 3_000;

/** The reason for what became of an event for one person: the furthest that is known, else what comes first on its way. */
export const judgeDelivery = (of: DeliveryCase): DeliveryReason => {
  const { inbox, connections } = of;
  if (inbox?.acknowledged_at) return 'acknowledged';
  if (inbox?.read_at) return 'read';
  if (inbox?.seen_at) return 'seen';
  const written = connections.find((each) => writtenAt(of, each) !== null);
  if (written) return isReduced(of, written) ? 'written_restricted' : 'written';
  if (inbox?.delivered_at) return 'inbox_delivered';
  return notAddressed(of) ?? notWritten(of);
};

/** When the event was written to a connection. */
export const writtenAt = (of: DeliveryCase, connection: RecordedConnection): Date | null =>
  connection.spans.find((span) => span.written_at && !span.is_unsure && accepts(of, connection, span))
    ?.written_at ?? null;

const isReduced = ({ entry, userId }: DeliveryCase, { role }: RecordedConnection): boolean =>
  new Subscription(role, topicsOf(role), null).viewFor(entry, userId) === 'restricted';

/** As the hub decided it. */
const accepts = (
  { entry, userId }: DeliveryCase,
  { role }: RecordedConnection,
  { topics, types }: CoveringSpan,
): boolean => {
  const wanted = topicsOf(role).filter((topic) => topics.includes(topic));
  return new Subscription(role, wanted, types).acceptsFor(entry, userId);
};

const notAddressed = ({ entry, userId, role, connections }: DeliveryCase): DeliveryReason | undefined => {
  if (entry.userIds !== null && !entry.userIds.has(userId)) return 'other_people';
  // the role of the account may have changed since, that of a connection cannot
  const roles = new Set(connections.map((each) => each.role));
  if (roles.size === 0 && role !== null) roles.add(role);
  if (roles.size === 0) return undefined;
  const audience = [...roles].filter((each) => entry.roles === null || entry.roles.has(each));
  if (audience.length === 0) return 'other_roles';
  if (!audience.some((each) => topicsOf(each).includes(entry.topic))) return 'role_lacks_topic';
  return undefined;
};

const notWritten = (of: DeliveryCase): DeliveryReason => {
  if (of.writtenAt < of.keptSince) return 'records_expired';
  const reasons = of.connections.map((connection) => reasonOf(of, connection));
  return ORDER.find((reason) => reasons.includes(reason)) ?? 'never_connected';
};

/** Of several connections the one tells that came closest; what nobody knows comes before what is certain. */
const ORDER: readonly DeliveryReason[] = [
  'unsent',
  'catching_up',
  'not_recorded_yet',
  'instance_lost',
  'record_missing',
  'type_filter',
  'topic_filter',
  'ended_before',
  'connected_later',
];

/** Why the event was not written to this connection; `never_connected`: it was none by then. */
const reasonOf = (of: DeliveryCase, connection: RecordedConnection): DeliveryReason => {
  const { spans, connected_at, ended_at, lost_at, is_open, is_described, has_joined_later } = connection;
  const isLate = of.now.getTime() - of.writtenAt.getTime() > REPORT_MS;
  const isLost = lost_at !== null && ended_at === null && !is_open;
  if (isLost && of.writtenAt > lost_at) return 'never_connected';
  const [span] = spans;
  if (!span && ended_at !== null && ended_at <= of.writtenAt) return 'never_connected';
  if (span) {
    const wanted = spans.filter((each) => accepts(of, connection, each));
    if (wanted.length === 0) return filterOf(of, span);
    if (wanted.some((each) => each.is_unsure)) return 'unsent';
    return isLost ? 'instance_lost' : isLate ? 'record_missing' : 'not_recorded_yet';
  }
  if (has_joined_later) return 'connected_later';
  if (isLost) return 'instance_lost';
  if (ended_at !== null) return connected_at > of.writtenAt ? 'connected_later' : 'ended_before';
  if (is_open) return is_described ? 'catching_up' : isLate ? 'record_missing' : 'not_recorded_yet';
  // let go, and its server has not said how it ended: it does within a moment, unless the connection was never used
  if (is_described || !isLate) return isLate ? 'record_missing' : 'not_recorded_yet';
  return 'never_connected';
};

const filterOf = ({ entry }: DeliveryCase, { topics }: CoveringSpan): DeliveryReason =>
  topics.includes(entry.topic) ? 'type_filter' : 'topic_filter';
