import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { RelayPool } from '../../database/pools.js';
import { Hub } from '../hub/hub.js';
import type { Session } from '../hub/session.js';
import { LocalSessions } from './local-sessions.js';

const EVERY_MS = 5_000;
/** Maximum rows of one report. If all sockets of an instance lag, its health shows that too. */
const MAX_ROWS = 1_000;

const WRITE = {
  name: 'connection_observe',
  text: `UPDATE wardbell.connection c SET position = r.position, pending_bytes = r.pending_bytes
         FROM jsonb_to_recordset($1) AS r(id uuid, position bigint, pending_bytes bigint) WHERE c.id = r.id`,
};

/** The lag of a session. */
interface Lag {
  readonly position: number | undefined;
  readonly pendingBytes: number;
}

/**
 * Stores the lag and unsent bytes of sockets, so that every instance can show them. Sockets without lag, which are
 * nearly all, cost nothing.
 */
@Injectable()
export class LagReporter implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Ids of sockets whose rows have a lag. */
  readonly #lagging = new Set<string>();
  readonly #task: BackgroundTask;

  constructor(
    private readonly localSessions: LocalSessions,
    private readonly hub: Hub,
    private readonly relay: RelayPool,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'lag-report', everyMs: EVERY_MS }, () => this.#report());
  }

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#task.stop();
  }

  async #report(): Promise<void> {
    const rows: object[] = [];
    for (const id of this.#lagging) if (!this.localSessions.sessions.has(id)) this.#lagging.delete(id);
    for (const [id, session] of this.localSessions.sessions) {
      if (rows.length >= MAX_ROWS) break;
      const lag = this.#lagOf(session);
      if (lag) {
        this.#lagging.add(id);
        rows.push({ id, position: lag.position, pending_bytes: lag.pendingBytes });
      } else if (this.#lagging.delete(id)) {
        rows.push({ id, position: null, pending_bytes: null });
      }
    }
    if (rows.length > 0) await this.relay.query(WRITE, [JSON.stringify(rows)]);
  }

  #lagOf(session: Session): Lag | undefined {
    const position = this.hub.positionOf(session);
    const { pendingBytes } = session.sink;
    return position === undefined && pendingBytes === 0 ? undefined : { position, pendingBytes };
  }
}
