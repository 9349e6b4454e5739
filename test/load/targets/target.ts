import type { Connect } from '../client/commands.js';

/** A running server under test. */
export interface Target {
  readonly pid: number;
  /** How clients come in: everything of a `Connect` that depends on the server. */
  entry(sockets: readonly number[]): Pick<Connect, 'host' | 'port' | 'readyOn' | 'minEventBytes' | 'groups'>;
  /** Makes so many events of each of these tenants at once; resolves when the server, or its log, has them. */
  publish(tenants: readonly number[], eventsEach: number): Promise<void>;
  stop(): Promise<void>;
}

/** Something to be measured. `start` makes a fresh process each time. */
export interface Contender<T extends Target = Target> {
  readonly name: string;
  start(tenants: number): Promise<T>;
}

/** A JSON event of this size in all, with what surrounds `data` counted in. */
export const EVENT_BYTES = 300;
/** Shorter texts are no events: greetings and positions are. */
export const MIN_EVENT_BYTES = 250;
