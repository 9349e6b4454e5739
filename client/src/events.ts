import type { ApplicationEvent, ControlFrame, WardbellEvent } from '@wardbell/contract';

/** Data of an application's own event types, for `createClient<{ lab_result: { id: string } }>`. */
export type ApplicationData = Readonly<Record<string, object>>;

type Declared<App extends ApplicationData> = {
  [Type in keyof App & string]: Omit<ApplicationEvent, 'type' | 'data'> & { type: Type; data: App[Type] };
}[keyof App & string];

/** Frames that are not in a tenant's log but that an application may want to see. */
type ControlEvent = ControlFrame;

/** Frames without a number: they tell of now and are neither replayed nor resumed. */
export type EphemeralEvent = Extract<
  ControlEvent,
  { type: 'user_status' | 'system_health' | 'gateway_status_change' | 'system_log' }
>;

/** The position could not be served: what was loaded must be loaded again. Live events follow. */
export type ResyncRequired = Extract<ControlEvent, { type: 'resync_required' }>;

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

/** The event of one type; an application's undeclared type carries a plain record. */
export type EventOf<App extends ApplicationData, Type extends string> = Type extends StreamEvent<App>['type']
  ? Extract<StreamEvent<App>, { type: Type }>
  : Type extends ControlEvent['type']
    ? Extract<ControlEvent, { type: Type }>
    : Omit<ApplicationEvent, 'type'> & { type: Type };

/** Anything that the socket may deliver, before it is known which. */
export interface IncomingEvent {
  readonly type: string;
  readonly data: object;
}

/** Narrows an event to these types: `if (isEvent(event, 'patient_created', 'patient_updated')) event.data.mrn`. */
export const isEvent = <Type extends StreamEvent['type']>(
  event: IncomingEvent,
  ...types: readonly Type[]
): event is Extract<StreamEvent, { type: Type }> => types.some((type) => type === event.type);
