import {
  type Client,
  type ClientOptions,
  createClient,
  type Fault,
  type IncomingEvent,
  type State,
} from '@wardbell/client';
import { WebSocket } from 'ws';
import { eventually, WAIT_MS } from './wait.js';

/** An SDK client with a record of all that it said. */
export interface Recorded {
  readonly client: Client;
  readonly states: readonly State[];
  readonly faults: readonly Fault[];
  /** What `*` heard. */
  readonly events: readonly IncomingEvent[];
  /** Numbers of the events of the log, in the order they came. */
  seqs(): number[];
  /** Waits until the client is in this state, or was since the call: on a fast clock some last a few milliseconds. */
  until<Status extends State['status']>(
    status: Status,
    timeoutMs?: number,
  ): Promise<Extract<State, { status: Status }>>;
}

const clients = new Set<Client>();

/** Stops what tests have left running; for `afterEach`. */
export const stopClients = (): void => {
  for (const client of clients) client.stop();
  clients.clear();
};

/**
 * A client that is not started yet. `ws` is given because Node 20 has no WebSocket of its own. Without the fallback to
 * server-sent events, unless said: most tests are about sockets, and break them in many ways.
 */
export const recordedClient = (options: ClientOptions): Recorded => {
  const client = createClient({ WebSocket, fallback: false, ...options });
  clients.add(client);
  const states: State[] = [];
  const faults: Fault[] = [];
  const events: IncomingEvent[] = [];
  client.onState((state) => void states.push(state));
  client.onFault((fault) => void faults.push(fault));
  client.on('*', (event) => {
    // it may come at any time, of the client's own user too
    if (event.type !== 'user_status') events.push(event);
  });
  const isIn = <Status extends State['status']>(
    state: State,
    status: Status,
  ): state is Extract<State, { status: Status }> => state.status === status;
  return {
    client,
    states,
    faults,
    events,
    seqs: () => events.flatMap((event) => ('seq' in event ? [Number(event.seq)] : [])),
    until: (status, timeoutMs = WAIT_MS) => {
      const known = states.length;
      const found = () => [client.state, ...states.slice(known)].find((state) => isIn(state, status));
      return eventually(() => found(), { timeoutMs, what: `the state ${status}` });
    },
  };
};

/** The same, connected. */
export const liveClient = async (options: ClientOptions): Promise<Recorded> => {
  const recorded = recordedClient(options);
  recorded.client.start();
  await recorded.until('live');
  return recorded;
};

/** `ws` with headers of the test's choice, which browsers set by themselves. */
export const socketWithHeaders = (
  headers: Readonly<Record<string, string>>,
): NonNullable<ClientOptions['WebSocket']> =>
  class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, { headers });
    }
  };
