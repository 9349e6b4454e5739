import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import type { Principal } from '../database/principal.js';
import { RelayPool } from '../database/relay-pool.js';
import { errorFields } from '../log/error-fields.js';
import { Log } from '../log/log.js';
import { ALIVE_FOR_S, Instance } from './instance.js';

/** More in one statement would let the first wait for the last. */
const MAX_BATCH = 200;
const RETRY_MS = 500;

const ADMIT = {
  name: 'admit',
  text: `SELECT id::text, verdict, head, max_messages_per_minute
         FROM wardbell.admit($1, make_interval(secs => $2), $3, $4)`,
};
const RELEASE = {
  name: 'release',
  text: `DELETE FROM wardbell.connection WHERE id = ANY($1::uuid[])`,
};
const REBOOK = {
  name: 'rebook',
  text: `INSERT INTO wardbell.connection
           (id, instance_id, tenant_id, user_id, session_id, role, address, client, topics)
         SELECT r.id, $1, r.tenant_id, r.user_id, r.session_id, r.role, r.address, r.client, r.topics
         FROM jsonb_to_recordset($2) AS r(id uuid, tenant_id uuid, user_id text, session_id uuid, role text,
                                          address text, client text, topics text[])
         ON CONFLICT (id) DO NOTHING`,
};

/** A socket that asks to be let in. */
export interface AdmissionRequest {
  readonly connectionId: string;
  readonly principal: Principal;
  /** What the client calls itself (`User-Agent`). */
  readonly client: string | null;
  readonly topics: readonly string[];
}

export type Verdict =
  | 'ok'
  | 'unknown_tenant'
  | 'tenant_suspended'
  | 'revoked'
  | 'tenant_limit'
  | 'user_limit';

export interface Admitted {
  readonly verdict: Verdict;
  /** Newest number of the tenant; 0 for super admins. */
  readonly head: number;
  /** The tenant's own limit, or null. */
  readonly maxMessagesPerMinute: number | null;
}

interface AdmitRow {
  readonly id: string;
  readonly verdict: Verdict;
  readonly head: string | null;
  readonly max_messages_per_minute: number | null;
}

interface Waiting {
  readonly request: AdmissionRequest;
  readonly resolve: (admitted: Admitted) => void;
  readonly reject: (error: unknown) => void;
}

const toRow = ({ connectionId, principal, client, topics }: AdmissionRequest) => ({
  id: connectionId,
  tenant_id: principal.tenantId,
  user_id: principal.userId,
  session_id: principal.sessionId,
  role: principal.role,
  address: principal.address,
  client,
  topics,
});

/**
 * Lets sockets in, exactly up to the limits over all instances. What comes while a statement is under way
 * goes into the next one, so a reconnect storm costs few round trips and a single client does not wait.
 */
@Injectable()
export class Admission {
  #waiting: Waiting[] = [];
  #released: string[] = [];
  readonly #booked = new Map<string, AdmissionRequest>();
  #pumping = false;

  constructor(
    private readonly relay: RelayPool,
    private readonly instance: Instance,
    private readonly config: Config,
    private readonly log: Log,
  ) {
    this.instance.onReborn(() => void this.#rebook());
  }

  /** @throws when the database cannot answer; the client is then told to come again. */
  admit(request: AdmissionRequest): Promise<Admitted> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      this.#start();
    });
  }

  /** Gives a slot back; survives an outage of the database. */
  release(connectionId: string): void {
    if (!this.#booked.delete(connectionId)) return;
    this.#released.push(connectionId);
    this.#start();
  }

  #start(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    // after this tick, so that what arrives together goes together
    setImmediate(() => void this.#pump());
  }

  async #pump(): Promise<void> {
    while (this.#waiting.length > 0 || this.#released.length > 0) {
      // slots first: a client that reconnects must not be refused for its own old socket
      const released = await this.#releaseAll();
      await this.#admitBatch();
      if (!released && this.#waiting.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    this.#pumping = false;
  }

  async #releaseAll(): Promise<boolean> {
    const ids = this.#released;
    if (ids.length === 0) return true;
    this.#released = [];
    try {
      await this.relay.query(RELEASE, [ids]);
      return true;
    } catch {
      this.#released.push(...ids);
      return false;
    }
  }

  async #admitBatch(): Promise<void> {
    const batch = this.#waiting.splice(0, MAX_BATCH);
    if (batch.length === 0) return;
    try {
      const rows = await this.relay.query<AdmitRow>(ADMIT, [
        this.instance.id,
        ALIVE_FOR_S,
        this.config.maxConnectionsPerTenant,
        JSON.stringify(batch.map(({ request }) => toRow(request))),
      ]);
      const byId = new Map(rows.map((row) => [row.id, row]));
      for (const { request, resolve, reject } of batch) {
        const row = byId.get(request.connectionId);
        if (!row) {
          reject(new Error('admission answered fewer rows than requests'));
          continue;
        }
        if (row.verdict === 'ok') this.#booked.set(request.connectionId, request);
        resolve({
          verdict: row.verdict,
          head: Number(row.head ?? 0),
          maxMessagesPerMinute: row.max_messages_per_minute,
        });
      }
    } catch (error) {
      // the statement may have committed before the answer was lost: give its slots back
      this.#released.push(...batch.map(({ request }) => request.connectionId));
      for (const { reject } of batch) reject(error);
    }
  }

  async #rebook(): Promise<void> {
    try {
      await this.relay.query(REBOOK, [
        this.instance.id,
        JSON.stringify([...this.#booked.values()].map(toRow)),
      ]);
    } catch (error) {
      this.log.warn('sockets could not be booked again', errorFields(error));
    }
  }
}
