import type { Transport, View } from '@wardbell/contract';
import type { Entry } from './entry.js';
import { encodeDeflatedFrame, encodeFrame } from './frames.js';

/** A message that is not an event. */
export interface ControlMessage {
  readonly type: string;
  readonly message?: string;
  readonly data?: object;
}

/** How messages become bytes on a transport. Subscriptions with the same framing and view share bytes. */
export interface Framing {
  /** Part of the keys of subscriptions and of encoded entries. */
  readonly name: string;
  /** The transport, for the log and the list of connections. */
  readonly transport: Transport;
  /** The bytes of an event for those who have this view, encoded at most once. */
  event(entry: Entry, view: View): Buffer;
  control(message: ControlMessage): Buffer;
}

export const WEBSOCKET: Framing = {
  name: 'websocket',
  transport: 'websocket',
  event: (entry, view) => entry.frame(view),
  control: encodeFrame,
};

/** For sockets that have agreed to compressed messages. */
export const DEFLATED_WEBSOCKET: Framing = {
  name: 'deflated',
  transport: 'websocket',
  event: (entry, view) => entry.framed('deflated', view, encodeDeflatedFrame),
  control: encodeFrame,
};

const SPACE = 0x20;
const LINE_ENDS = [0x0a, 0x0d];
const END = Buffer.from('\n\n');

/** JSON on one line: a raw line end can only stand between tokens, where it is as good as a space. */
const onOneLine = (text: Buffer): Buffer => {
  if (!LINE_ENDS.some((byte) => text.includes(byte))) return text;
  return Buffer.from(text.map((byte) => (LINE_ENDS.includes(byte) ? SPACE : byte)));
};

/**
 * Server-sent events (HTML, 9.2): one message an event of the default type. Events of a tenant's log carry
 * `id: <epoch>:<seq>`, which browsers send back as `Last-Event-ID`. A super admin's stream has the numbers of many logs
 * and so no ids.
 * @param epoch the present one. An entry outlives no change of it: rings and pages are dropped.
 */
export const eventStreamFraming = (epoch: () => string): Framing => ({
  name: 'sse',
  transport: 'sse',
  event: (entry, view) =>
    entry.framed('sse', view, (text) => {
      const id = view === 'super' ? '' : `id: ${epoch()}:${entry.seq}\n`;
      return Buffer.concat([Buffer.from(`${id}data: `), onOneLine(text), END]);
    }),
  control: (message) => Buffer.from(`data: ${JSON.stringify(message)}\n\n`),
});
