import { Injectable } from '@nestjs/common';
import { CLOSE } from '@wardbell/contract';
import { Log } from '../../platform/log/log.js';
import { LocalSessions } from '../connections/local-sessions.js';
import { Hub } from '../hub/hub.js';
import type { Session } from '../hub/session.js';
import { Clients } from './clients.js';

/** Closes a second: what the next server, and the database behind it, can take in as handshakes. */
const CLOSES_PER_SECOND = 2_000;
const MAX_SPREAD_MS = 5_000;
const SLOT_MS = 50;
/** A client that reconnects sooner may reach the draining server. */
const MIN_RECONNECT_MS = 100;
/** For the peers to answer their close frames. */
const GRACE_MS = 1_000;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Closes all sessions, spread over time; each gets its own delay before it reconnects. */
@Injectable()
export class Drain {
  #draining: Promise<void> | undefined;
  #isDraining = false;
  readonly #onStart: (() => void)[] = [];

  constructor(
    private readonly clients: Clients,
    private readonly localSessions: LocalSessions,
    private readonly hub: Hub,
    private readonly log: Log,
  ) {}

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Connections that are not wholly closed yet. */
  get openTransports(): number {
    return this.clients.openTransports;
  }

  /** Registers a listener that is called before the first client is sent away. */
  onStart(listener: () => void): void {
    this.#onStart.push(listener);
  }

  /** Resolves when all sockets are closed, at the latest after 7 s. Calling it twice is calling it once. */
  run(): Promise<void> {
    this.#draining ??= this.#run();
    return this.#draining;
  }

  async #run(): Promise<void> {
    this.clients.drain();
    this.#isDraining = true;
    for (const listener of this.#onStart) listener();
    const sessions = shuffled([...this.localSessions.sessions.values()]);
    this.log.info('draining', { connections: sessions.length });
    const spreadMs = Math.min(MAX_SPREAD_MS, (sessions.length / CLOSES_PER_SECOND) * 1_000);
    sessions.forEach((session, index) => {
      const slotMs = Math.round((index / sessions.length) * spreadMs);
      session.send({ type: 'server_restarting', data: { reconnect_after_ms: MIN_RECONNECT_MS + slotMs } });
    });
    const startMs = performance.now();
    for (let at = 0; at < sessions.length; ) {
      const elapsed = performance.now() - startMs;
      const until =
        spreadMs === 0 ? sessions.length : Math.ceil(((elapsed + SLOT_MS) / spreadMs) * sessions.length);
      this.hub.flush();
      for (; at < Math.min(until, sessions.length); at++) sessions[at]?.sink.close(CLOSE.serviceRestart);
      if (at < sessions.length) await wait(SLOT_MS);
    }
    const deadlineMs = performance.now() + GRACE_MS;
    while (this.clients.openTransports > 0 && performance.now() < deadlineMs) await wait(SLOT_MS / 5);
  }
}

/** Fisher and Yates: clients of one clinic should not all be in one slot. */
const shuffled = (sessions: Session[]): Session[] => {
  for (let at = sessions.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    const [a, b] = [sessions[at], sessions[other]];
    if (a && b) [sessions[at], sessions[other]] = [b, a];
  }
  return sessions;
};
