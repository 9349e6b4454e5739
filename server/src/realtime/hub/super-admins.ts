import { MAX_POSITIONS } from '@wardbell/contract';
import type { Channel } from './channel.js';
import type { ControlMessage } from './framing.js';
import { Groups } from './group.js';
import { MAX_PENDING_BYTES, type Session } from './session.js';
import { SystemLogFeed } from './system-log-feed.js';

/** The sessions of super admins, which follow every tenant, and the position last sent to each for each tenant. */
export class SuperAdmins {
  /** Those that are live. */
  readonly groups = new Groups();
  readonly #sessions = new Map<Session, Map<string, number>>();
  readonly logs = new SystemLogFeed(() => this.#sessions.keys());

  get size(): number {
    return this.#sessions.size;
  }

  sessions(): IterableIterator<Session> {
    return this.#sessions.keys();
  }

  /** Adds a session at the end of each of these streams. */
  add(session: Session, channels: Iterable<Channel>): void {
    const sent = new Map<string, number>();
    for (const { tenantId, flushed } of channels) {
      session.setCursor(tenantId, flushed);
      sent.set(tenantId, flushed);
    }
    this.#sessions.set(session, sent);
  }

  remove(session: Session): void {
    this.#sessions.delete(session);
  }

  /** A tenant was created: sessions that are not live read its stream from the start. */
  addTenant(tenantId: string): void {
    for (const session of this.#sessions.keys()) if (session.state !== 'live') session.setCursor(tenantId, 0);
  }

  /** Another frame has told the session how far this stream is complete. */
  notePosition(session: Session, { tenantId, flushed }: Channel): void {
    this.#sessions.get(session)?.set(tenantId, flushed);
  }

  /**
   * Sends a live session the position of each stream that has advanced since its last one, or a frame without a number
   * when none has. `count` is of the whole connection.
   */
  sendPositions(session: Session, channels: Iterable<Channel>): void {
    const sent = this.#sessions.get(session);
    if (!sent) return;
    const count = session.sentEvents;
    const frames: ControlMessage[] = [];
    for (const { tenantId, flushed } of channels) {
      if (flushed <= (sent.get(tenantId) ?? 0)) continue;
      sent.set(tenantId, flushed);
      frames.push({ type: 'position', data: { seq: flushed, count, tenant_id: tenantId } });
    }
    if (frames.length === 0) frames.push({ type: 'position', data: { seq: null, count } });
    session.sendAll(frames);
  }

  /** Sends a frame of topic `system`. It is about the present and in no log: a session that does not drain misses it. */
  send(frame: ControlMessage): void {
    for (const session of this.#sessions.keys()) {
      const { topics, types } = session.subscription;
      if (session.state === 'waiting' || !topics.has('system') || (types && !types.has(frame.type))) continue;
      if (session.sink.pendingBytes > MAX_PENDING_BYTES) continue;
      session.send(frame);
    }
  }
}

/** Frames with the position in every tenant's stream; the events that follow have higher numbers. */
export const positionsOf = (session: Session): ControlMessage[] => {
  const all = [...session.cursors].map(([tenantId, cursor]) => [tenantId, cursor.seq] as const);
  const frames: ControlMessage[] = [];
  for (let at = 0; at === 0 || at < all.length; at += MAX_POSITIONS) {
    frames.push({
      type: 'positions',
      data: {
        seq: Object.fromEntries(all.slice(at, at + MAX_POSITIONS)),
        more: at + MAX_POSITIONS < all.length,
      },
    });
  }
  return frames;
};
