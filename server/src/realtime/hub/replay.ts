import type { Gate } from '../outbox/gate.js';
import type { Channel } from './channel.js';
import type { Entry } from './entry.js';
import { pause } from './pause.js';
import type { Cursor, Session } from './session.js';

/** Bytes of a page that are joined into one write, with the event that goes past them. */
const RUN_BYTES = 64 * 1024;
/** Replays that may have a page and unsent bytes at the same time: 74 MB if all of them read slowly. */
export const MAX_REPLAYS = 512;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;

export interface ReplayPorts {
  /** Where replays wait for their turn. */
  readonly turns: Gate;
  channel(tenantId: string): Channel | undefined;
  /** Resolves when the channel moved on. */
  advanced(channel: Channel): Promise<void>;
  /** Events up to this one are about to be written. */
  beforeDelivery(entry: Entry): void;
  delivered(entry: Entry, sockets: number): void;
  resync(session: Session, tenantId: string, reason: 'retention', seq: number): void;
  /** All cursors are level with their channels, in this very tick. */
  join(session: Session): void;
  failed(error: unknown): void;
}

/**
 * Reads a session forward until it is level with its channels, then joins it live. Whatever takes memory happens in
 * turns, so that readers that are slow cannot fill it: a session has its turn until its socket has drained, keeps no
 * page while it waits, and goes to the end of the line.
 */
export const replay = async (session: Session, ports: ReplayPorts): Promise<void> => {
  let retryMs = RETRY_MIN_MS;
  while (session.state === 'replaying') {
    try {
      await session.sink.drained();
      if (session.state !== 'replaying') return; // it left meanwhile: a closed session joins nothing
      const behind = findBehind(session, ports);
      if (!behind) return ports.join(session);
      const { cursor, channel } = behind;
      if (cursor.seq > channel.flushed) await ports.advanced(channel);
      else {
        await ports.turns.run(async () => {
          await advance(session, cursor, channel, ports);
          await session.sink.drained();
        });
      }
      retryMs = RETRY_MIN_MS;
    } catch (error) {
      ports.failed(error); // the database is away; the session waits for it with its place kept
      await pause(retryMs);
      retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
    }
  }
};

const findBehind = (
  session: Session,
  ports: ReplayPorts,
): { cursor: Cursor; channel: Channel } | undefined => {
  for (const [tenantId, cursor] of session.cursors) {
    const channel = ports.channel(tenantId);
    if (!channel)
      session.leaveTenant(tenantId); // it was deleted
    else if (cursor.seq !== channel.flushed) return { cursor, channel };
    else sayResumed(session, cursor, channel);
  }
  return undefined;
};

const sayResumed = (session: Session, cursor: Cursor, channel: Channel): void => {
  if (cursor.from === undefined) return;
  const data = { from: cursor.from, to: cursor.seq, count: cursor.count };
  cursor.from = undefined;
  session.send({
    type: 'resumed',
    data: session.tenantId === null ? { ...data, tenant_id: channel.tenantId } : data,
  });
};

const advance = async (
  session: Session,
  cursor: Cursor,
  channel: Channel,
  ports: ReplayPorts,
): Promise<void> => {
  if (session.state !== 'replaying') return; // closed while it waited for its turn
  const since = cursor.seq;
  const entries = await channel.page(since);
  // closed, or moved by a resync, while the page was read
  if (!entries || session.state !== 'replaying' || cursor.seq !== since) return;
  const [first] = entries;
  if (first?.seq !== since + 1) {
    if (since === channel.flushed) return;
    cursor.seq = channel.flushed;
    cursor.from = undefined;
    ports.resync(session, channel.tenantId, 'retention', cursor.seq);
    return;
  }
  send(session, cursor, entries, ports);
};

/** Writes events for as long as the socket takes them at once; the rest of the page is not kept for it. */
const send = (session: Session, cursor: Cursor, entries: readonly Entry[], ports: ReplayPorts): void => {
  const { subscription } = session;
  let run: Buffer[] = [];
  let bytes = 0;
  const newest = entries.at(-1);
  if (newest) ports.beforeDelivery(newest);
  for (const entry of entries) {
    if (subscription.acceptsFor(entry, session.userId)) {
      const frame = subscription.frame(entry);
      run.push(frame);
      bytes += frame.length;
      cursor.count++;
      session.countEvents(1);
      ports.delivered(entry, 1);
    }
    cursor.seq = entry.seq;
    if (bytes < RUN_BYTES) continue;
    session.sink.write(Buffer.concat(run));
    run = [];
    bytes = 0;
    if (session.sink.pendingBytes > 0) return;
  }
  if (run.length > 0) session.sink.write(Buffer.concat(run));
};
