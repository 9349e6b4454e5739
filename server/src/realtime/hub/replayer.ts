import { CLOSE } from '@wardbell/contract';
import { Gate } from '../outbox/gate.js';
import { Backoff } from './backoff.js';
import type { Channel } from './channel.js';
import type { Entry } from './entry.js';
import type { ReplayHost } from './replay-host.js';
import { type ResumePoint, resumeAt } from './resume.js';
import type { Cursor, Session } from './session.js';

/** Bytes of a page that are joined into one write; the event that crosses this bound is still part of the write. */
const RUN_BYTES = 64 * 1024;
/** Replays that may hold a page and unsent bytes at the same time: 74 MB if all of them read slowly. */
const MAX_REPLAYS = 512;

/**
 * Brings sessions level with their channels, then joins them live: after a `resume`, after a gap, and when a slow
 * socket has drained. A replay holds memory only during its turn, of which there are 512: a session keeps its turn until
 * its socket has drained, holds no page while it waits, and queues again for the next page.
 */
export class Replayer {
  /** Sessions that are neither live nor waiting for their `resume`. */
  readonly #replaying = new Set<Session>();
  readonly #turns = new Gate(MAX_REPLAYS);

  constructor(private readonly host: ReplayHost) {}

  /** Sessions that are catching up. */
  get size(): number {
    return this.#replaying.size;
  }

  /** Sessions that wait for a turn. */
  get waiting(): number {
    return this.#turns.waiting;
  }

  /** Bytes that wait in this process for sockets of sessions that are not live. */
  unsentBytes(): number {
    let bytes = 0;
    for (const { sink } of this.#replaying) bytes += sink.pendingBytes;
    return bytes;
  }

  /** Starts a session that waits, from where its cursors are or from the point that its client asks for. */
  start(session: Session, point?: ResumePoint): void {
    if (!session.startReplay()) return;
    this.#replaying.add(session);
    void this.#resumeAndReplay(session, point);
  }

  /** Takes a live session whose socket does not drain out of its group; it replays from these cursors once it has. */
  pause(session: Session, channels: Iterable<Channel>): void {
    if (session.state !== 'live') return;
    this.host.leaveGroup(session);
    session.pause();
    for (const { tenantId, flushed } of channels) session.setCursor(tenantId, flushed);
    this.#replaying.add(session);
    void this.#replay(session);
  }

  remove(session: Session): void {
    this.#replaying.delete(session);
  }

  /** Closes sessions whose sockets have stopped taking bytes; call it every second or so. */
  closeStalled(nowMs: number): void {
    for (const session of this.#replaying)
      if (session.isStalled(nowMs)) session.sink.close(CLOSE.slowConsumer);
  }

  async #resumeAndReplay(session: Session, point: ResumePoint | undefined): Promise<void> {
    if (point) await resumeAt(session, point, this.host);
    await this.#replay(session);
  }

  async #replay(session: Session): Promise<void> {
    const backoff = new Backoff();
    while (session.state === 'replaying') {
      try {
        await session.sink.drained();
        if (session.state !== 'replaying') return; // a session that was closed meanwhile joins nothing
        const behind = this.#findBehind(session);
        if (!behind) return this.#join(session);
        const { cursor, channel } = behind;
        if (cursor.seq > channel.flushed) await this.host.whenAdvanced(channel);
        else {
          await this.#turns.run(async () => {
            await this.#advance(session, cursor, channel);
            await session.sink.drained();
          });
        }
        backoff.reset();
      } catch (error) {
        this.host.failed(error); // the database is away; the session keeps its cursors and tries again
        await backoff.wait();
      }
    }
  }

  /** All cursors are level with their channels, in this very turn of the event loop. */
  #join(session: Session): void {
    this.#replaying.delete(session);
    session.goLive();
    this.host.joinGroup(session);
  }

  #findBehind(session: Session): { cursor: Cursor; channel: Channel } | undefined {
    for (const [tenantId, cursor] of session.cursors) {
      const channel = this.host.channel(tenantId);
      if (!channel)
        session.removeCursor(tenantId); // the tenant was deleted
      else if (cursor.seq !== channel.flushed) return { cursor, channel };
      else sendResumed(session, cursor, channel);
    }
    return undefined;
  }

  async #advance(session: Session, cursor: Cursor, channel: Channel): Promise<void> {
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
      this.host.sendResync(session, channel.tenantId, 'retention', cursor.seq);
      return;
    }
    this.#send(session, cursor, entries);
    this.host.replayed(session, since, cursor.seq);
  }

  /** Writes events while the socket takes them at once. The rest of the page is dropped and read again later. */
  #send(session: Session, cursor: Cursor, entries: readonly Entry[]): void {
    const { subscription } = session;
    let run: Buffer[] = [];
    let bytes = 0;
    this.host.beforeDelivery(entries.at(-1));
    for (const entry of entries) {
      if (subscription.acceptsFor(entry, session.userId)) {
        const frame = subscription.frameFor(entry, session.userId);
        run.push(frame);
        bytes += frame.length;
        cursor.count++;
        session.countEvents(1);
        this.host.delivered(entry, 1);
        if (entry.isNotice) this.host.notified(entry, [session]);
      }
      cursor.seq = entry.seq;
      if (bytes < RUN_BYTES) continue;
      session.sink.write(Buffer.concat(run));
      run = [];
      bytes = 0;
      if (session.sink.pendingBytes > 0) return;
    }
    if (run.length > 0) session.sink.write(Buffer.concat(run));
  }
}

const sendResumed = (session: Session, cursor: Cursor, channel: Channel): void => {
  if (cursor.from === undefined) return;
  const data = { from: cursor.from, to: cursor.seq, count: cursor.count };
  cursor.from = undefined;
  session.send({
    type: 'resumed',
    data: session.tenantId === null ? { ...data, tenant_id: channel.tenantId } : data,
  });
};
