import type { ApplicationEvent, ControlFrame, WardbellEvent } from '@wardbell/contract';

/** Data of an application's own event types, for `createClient<{ lab_result: { id: string } }>`. */
export type ApplicationData = Readonly<Record<string, object>>;

type Declared<App extends ApplicationData> = {
  [Type in keyof App & string]: Omit<ApplicationEvent, 'type' | 'data'> & { type: Type; data: App[Type] };
}[keyof App & string];

/** Frames without a sequence number. They describe the present and are not replayed. */
export type EphemeralEvent = Extract<
  ControlFrame,
  { type: 'user_status' | 'object_presence' | 'system_health' | 'gateway_status_change' | 'system_log' }
>;

/**
 * The position could not be served, so loaded data must be loaded again. Live events follow. The SDK itself reports
 * `incomplete` when the received events differ from those that the server counted.
 */
export interface ResyncRequired {
  type: 'resync_required';
  data: Omit<Extract<ControlFrame, { type: 'resync_required' }>['data'], 'reason'> & {
    reason: 'retention' | 'epoch' | 'ahead' | 'incomplete';
  };
}

/** An event of the log. Events are numbered and delivered once, in order. */
export type LogEvent<App extends ApplicationData = Record<never, object>> = WardbellEvent | Declared<App>;

/**
 * The events of a stream, as a union that `switch (event.type)` narrows. Application types that are not declared in
 * `App` are delivered too, so keep a `default:`.
 */
export type StreamEvent<App extends ApplicationData = Record<never, object>> =
  | LogEvent<App>
  | EphemeralEvent
  | ResyncRequired;

/** Event types that a handler can subscribe to: those of the protocol, those declared in `App`, and `*` for all. */
export type EventName<App extends ApplicationData = Record<never, object>> =
  | StreamEvent<App>['type']
  | ControlFrame['type']
  | '*';

/** The event of one type (`*`: of any). The data of an undeclared application type is a plain record. */
export type EventOf<App extends ApplicationData, Type extends string> = Type extends '*'
  ? StreamEvent<App>
  : Type extends StreamEvent<App>['type']
    ? Extract<StreamEvent<App>, { type: Type }>
    : Type extends ControlFrame['type']
      ? Extract<ControlFrame, { type: Type }>
      : Omit<ApplicationEvent, 'type'> & { type: Type };

/** Any frame of the socket, before its type is checked. */
export interface IncomingEvent {
  readonly type: string;
  readonly data: object;
}

/** A numbered event of the log, of any type. */
export interface NumberedEvent extends IncomingEvent {
  readonly seq: number;
  readonly tenant_id: string;
}

type Known = StreamEvent | ControlFrame;

/** Narrows an event to these types: `if (isEvent(event, 'patient_created', 'patient_updated')) event.data.mrn`. */
export const isEvent = <Type extends Known['type']>(
  event: IncomingEvent,
  ...types: readonly Type[]
): event is Extract<Known, { type: Type }> => types.some((type) => type === event.type);

/** True for events of the log, which carry a number. */
export const isNumbered = (event: IncomingEvent): event is NumberedEvent => 'seq' in event;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** Checks the types of the fields that the stream uses. The data of events is not checked. */
const isSound = (frame: IncomingEvent): boolean => {
  const data: Readonly<Partial<Record<string, unknown>>> = { ...frame.data };
  const { seq } = data;
  switch (frame.type) {
    case 'connected':
      return typeof data['epoch'] === 'string' && (seq === null || isCount(seq));
    case 'resumed':
      return isCount(data['from']) && isCount(data['to']) && isCount(data['count']);
    case 'position':
      return (seq === null || isCount(seq)) && isCount(data['count'] ?? 0);
    case 'positions':
      return isObject(seq) && Object.values(seq).every(isCount);
    case 'resync_required':
      return typeof data['epoch'] === 'string' && isCount(seq);
    default:
      return !('seq' in frame) || isCount(frame.seq);
  }
};

/**
 * Parses a frame; undefined when it is not a valid one. Checks the envelope and the numbers by hand, because zod would
 * triple the bundle.
 */
export const parseFrame = (text: unknown): IncomingEvent | undefined => {
  if (typeof text !== 'string') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isFrame = (frame: unknown): frame is IncomingEvent =>
    isObject(frame) &&
    'type' in frame &&
    typeof frame.type === 'string' &&
    'data' in frame &&
    isObject(frame.data);
  return isFrame(value) && isSound(value) ? value : undefined;
};
