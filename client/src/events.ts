import type { ApplicationEvent, ControlFrame, WardbellEvent } from '@wardbell/contract';

/** Data of an application's own event types, for `createClient<{ lab_result: { id: string } }>`. */
export type ApplicationData = Readonly<Record<string, object>>;

type Declared<App extends ApplicationData> = {
  [Type in keyof App & string]: Omit<ApplicationEvent, 'type' | 'data'> & { type: Type; data: App[Type] };
}[keyof App & string];

/** Frames without a number: they tell of now and are neither replayed nor resumed. */
export type EphemeralEvent = Extract<
  ControlFrame,
  { type: 'user_status' | 'system_health' | 'gateway_status_change' | 'system_log' }
>;

/**
 * The position could not be served: what was loaded must be loaded again. Live events follow. `incomplete` is
 * the SDK's own finding: what the server said it had sent is not what came.
 */
export interface ResyncRequired {
  type: 'resync_required';
  data: Omit<Extract<ControlFrame, { type: 'resync_required' }>['data'], 'reason'> & {
    reason: 'retention' | 'epoch' | 'ahead' | 'incomplete';
  };
}

/** An event of the log: numbered, in order, each once. */
export type LogEvent<App extends ApplicationData = Record<never, object>> = WardbellEvent | Declared<App>;

/**
 * What a stream says, as a union that `switch (event.type)` narrows. Application types that were not declared
 * in `App` arrive too: leave a `default:`.
 */
export type StreamEvent<App extends ApplicationData = Record<never, object>> =
  | LogEvent<App>
  | EphemeralEvent
  | ResyncRequired;

/** Names that a handler can be for: those of the protocol, those declared in `App`, and `*` for all. */
export type EventName<App extends ApplicationData = Record<never, object>> =
  | StreamEvent<App>['type']
  | ControlFrame['type']
  | '*';

/** The event of one type (`*`: of any); an application's undeclared type carries a plain record. */
export type EventOf<App extends ApplicationData, Type extends string> = Type extends '*'
  ? StreamEvent<App>
  : Type extends StreamEvent<App>['type']
    ? Extract<StreamEvent<App>, { type: Type }>
    : Type extends ControlFrame['type']
      ? Extract<ControlFrame, { type: Type }>
      : Omit<ApplicationEvent, 'type'> & { type: Type };

/** Anything that the socket may deliver, before it is known which. */
export interface IncomingEvent {
  readonly type: string;
  readonly data: object;
}

/** A numbered event of the log, of whatever type. */
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

/** Is what the bookkeeping reads of the frame what the protocol says? Data of events is not looked at. */
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
 * A frame off the wire, or undefined when it is not one. Checks the envelope and the numbers: zod would triple the
 * bundle.
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
