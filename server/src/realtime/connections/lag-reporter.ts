import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { OutageLog } from '../../database/outage-log.js';
import { RelayPool } from '../../database/pools.js';
import { Hub } from '../hub/hub.js';
import type { Session } from '../hub/session.js';
import { LocalSessions } from './local-sessions.js';

const LOOK_MS = 5_000;
/** Rows written in one look: when all sockets of an instance are behind, its health says so too. */
const MAX_ROWS = 1_000;

const WRITE = {
  name: 'connection_observe',
  text: `UPDATE wardbell.connection c SET position = r.position, pending_bytes = r.pending_bytes
         FROM jsonb_to_recordset($1) AS r(id uuid, position bigint, pending_bytes bigint) WHERE c.id = r.id`,
};

/** How a socket does that is not well. */
interface Trouble {
  readonly position: number | undefined;
  readonly pendingBytes: number;
}

/**
 * Writes down which sockets are behind or do not drain, so that every instance can tell. Those that are well
 * cost nothing: nearly all are.
 */
@Injectable()
export class LagReporter implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Sockets whose rows say that they are not well. */
  readonly #troubled = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #writing = false;

  constructor(
    private readonly localSessions: LocalSessions,
    private readonly hub: Hub,
    private readonly relay: RelayPool,
    private readonly outages: OutageLog,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#writing) return;
    const rows: object[] = [];
    for (const id of this.#troubled) if (!this.localSessions.sessions.has(id)) this.#troubled.delete(id);
    for (const [id, session] of this.localSessions.sessions) {
      if (rows.length >= MAX_ROWS) break;
      const trouble = this.#troubleOf(session);
      if (trouble) {
        this.#troubled.add(id);
        rows.push({ id, position: trouble.position, pending_bytes: trouble.pendingBytes });
      } else if (this.#troubled.delete(id)) {
        rows.push({ id, position: null, pending_bytes: null });
      }
    }
    if (rows.length === 0) return;
    this.#writing = true;
    try {
      await this.relay.query(WRITE, [JSON.stringify(rows)]);
    } catch (error) {
      this.outages.failed('observer', error);
    } finally {
      this.#writing = false;
    }
  }

  #troubleOf(session: Session): Trouble | undefined {
    const position = this.hub.positionOf(session);
    const { pendingBytes } = session.sink;
    return position === undefined && pendingBytes === 0 ? undefined : { position, pendingBytes };
  }
}
