import { MAX_POSITIONS } from '@wardbell/contract';
import type { Channel } from './channel.js';
import { Groups } from './group.js';
import { type ControlMessage, MAX_PENDING_BYTES, type Session } from './session.js';

/** The sessions that listen to every tenant, and how far they were told of each. */
export class SuperAdmins {
  /** Those that are live. */
  readonly groups = new Groups();
  readonly #sessions = new Map<Session, Map<string, number>>();

  get size(): number {
    return this.#sessions.size;
  }

  sessions(): IterableIterator<Session> {
    return this.#sessions.keys();
  }

  /** Takes a session in, at the end of each of these streams. */
  add(session: Session, channels: Iterable<Channel>): void {
    const told = new Map<string, number>();
    for (const { tenantId, flushed } of channels) {
      session.placeAt(tenantId, flushed);
      told.set(tenantId, flushed);
    }
    this.#sessions.set(session, told);
  }

  remove(session: Session): void {
    this.#sessions.delete(session);
  }

  /** A tenant has been created: those who are not live have to read it from its start. */
  meet(tenantId: string): void {
    for (const session of this.#sessions.keys()) if (session.state !== 'live') session.placeAt(tenantId, 0);
  }

  /** The session knows from another frame how far it is complete. */
  toldOf(session: Session, { tenantId, flushed }: Channel): void {
    this.#sessions.get(session)?.set(tenantId, flushed);
  }

  /**
   * Tells a live session how far each stream is complete that has moved since it was told, or that none has. `count`
   * is of the whole connection.
   */
  tellPositions(session: Session, channels: Iterable<Channel>): void {
    const told = this.#sessions.get(session);
    if (!told) return;
    const count = session.sentEvents;
    const frames: ControlMessage[] = [];
    for (const { tenantId, flushed } of channels) {
      if (flushed <= (told.get(tenantId) ?? 0)) continue;
      told.set(tenantId, flushed);
      frames.push({ type: 'position', data: { seq: flushed, count, tenant_id: tenantId } });
    }
    if (frames.length === 0) frames.push({ type: 'position', data: { seq: null, count } });
    session.sendAll(frames);
  }

  /** Sends a frame of topic `system`, which no log keeps. Who does not read misses it: it is about now. */
  tell(frame: ControlMessage): void {
    for (const session of this.#sessions.keys()) {
      const { topics, types } = session.subscription;
      if (session.state === 'waiting' || !topics.has('system') || (types && !types.has(frame.type))) continue;
      if (session.sink.pendingBytes > MAX_PENDING_BYTES) continue;
      session.send(frame);
    }
  }
}

/** Frames that tell where every tenant stands; what follows them is after these numbers. */
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
