export type { Appointment, ObjectPresence, Patient, Topic, WorkingOn } from '@wardbell/contract';
export { createClient } from './client.js';
export type {
  ApplicationData,
  EphemeralEvent,
  EventName,
  EventOf,
  IncomingEvent,
  LogEvent,
  NumberedEvent,
  ResyncRequired,
  StreamEvent,
} from './events.js';
export { isEvent } from './events.js';
export type { Change, Changes, LiveRow } from './list/changes.js';
export { allPatientChanges, appointmentChanges, patientChanges } from './list/changes.js';
export type { LiveListOptions, LiveRows } from './list/live-list.js';
export { liveList } from './list/live-list.js';
export type { ListRules, LivePage } from './list/page.js';
export type {
  AnyClient,
  Client,
  ClientOptions,
  Fault,
  Follower,
  GetToken,
  Runtime,
  SocketConstructor,
  SocketLike,
  TokenRequest,
} from './options.js';
export type { Position, TenantPosition } from './position.js';
export { reasonText } from './reason-text.js';
export type { Reason, ReasonCode, State, Status, Transport } from './state.js';
export { workOn } from './work.js';
