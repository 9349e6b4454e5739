import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.service.js';
import { RelayPool } from '../../database/pools.js';
import type { Principal } from '../../database/principal.js';
import { Config } from '../../platform/config/config.js';
import { SQLSTATE, sqlState } from '../../platform/errors/sqlstate.js';
import { errorFields } from '../../platform/log/error-fields.js';
import { Log } from '../../platform/log/log.js';
import { ADMIT, type AdmitRow, RECONCILE, RELEASE, RETAKE, type Verdict } from './admission-statements.js';
import { ALIVE_FOR_S, Instance } from './instance.js';

/** More in one statement would let the first wait for the last. */
const MAX_BATCH = 200;
const RETRY_MS = 500;
/** Handshakes that wait while the database is slow; more are told to come again. */
const MAX_WAITING = 10_000;
/** How long a handshake waits for a database that is silent; then its client is told to come again. */
const PATIENCE_MS = 5_000;
/** A statement whose answer was lost may still commit, when a database that was frozen goes on. */
const UNCERTAIN_S = 30;

/** Sockets of one statement when all take slots again; its cost grows with the square. */
const RETAKE_BATCH = 200;

/** A socket that asks to be let in. */
export interface AdmissionRequest {
  readonly connectionId: string;
  readonly principal: Principal;
  /** What the client calls itself (`User-Agent`). */
  readonly client: string | null;
  readonly topics: ReadonlySet<string>;
  /** The connection that its client had before, whose slot it may take over. */
  readonly previous: string | null;
}

export type { Verdict };

export interface Admitted {
  readonly verdict: Verdict;
  /** Newest number of the tenant; 0 for super admins. */
  readonly head: number;
  /** What the tenant may have open. */
  readonly maxConnections: number;
  /** The tenant's own limit, or null. */
  readonly maxMessagesPerMinute: number | null;
  /** What the verdict was found in: says which disconnect orders are part of it. */
  readonly snapshot: string;
}

export type EvictionListener = (connectionId: string, close: 'tenantLimit' | 'userLimit') => void;

interface Waiting {
  readonly request: AdmissionRequest;
  readonly resolve: (admitted: Admitted) => void;
  readonly reject: (error: unknown) => void;
  /** It was told to come again: what is answered later is given back. */
  gaveUp: boolean;
}

const toRow = ({ connectionId, principal, client, topics, previous }: AdmissionRequest) => ({
  id: connectionId,
  tenant_id: principal.tenantId,
  user_id: principal.userId,
  session_id: principal.sessionId,
  role: principal.role,
  address: principal.address,
  client,
  topics: [...topics],
  previous,
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
  /** Others may have our slots: what is open has to take slots again. */
  #retaking = false;
  readonly #onEvicted: EvictionListener[] = [];
  /** Until then there may be rows of sockets that were refused because no answer came. Milliseconds. */
  #uncertainUntilMs: number | undefined;

  constructor(
    private readonly relay: RelayPool,
    private readonly instance: Instance,
    private readonly database: Database,
    private readonly config: Config,
    private readonly log: Log,
  ) {
    this.instance.onRevived(() => {
      this.#retaking = true;
      this.#start();
    });
    this.instance.onBeat((isAlive) => void this.#reconcile(isAlive));
  }

  /** Calls back for each socket that must be closed because its slot is another's now. */
  onEvicted(listener: EvictionListener): void {
    this.#onEvicted.push(listener);
  }

  /** @throws when the database cannot answer; the client is then told to come again. */
  admit(request: AdmissionRequest): Promise<Admitted> {
    if (this.#waiting.length >= MAX_WAITING) return Promise.reject(new Error('too many handshakes wait'));
    return new Promise<Admitted>((resolve, reject) => {
      const patience = setTimeout(() => {
        waiting.gaveUp = true;
        reject(new Error('admission took too long'));
      }, PATIENCE_MS);
      const waiting: Waiting = {
        request,
        resolve: (admitted) => {
          clearTimeout(patience);
          resolve(admitted);
        },
        reject: (error) => {
          clearTimeout(patience);
          reject(error);
        },
        gaveUp: false,
      };
      this.#waiting.push(waiting);
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

  /** One statement at a time, so that no row is booked again after its slot was given back. */
  async #pump(): Promise<void> {
    while (this.#waiting.length > 0 || this.#released.length > 0 || this.#retaking) {
      const isRetaken = await this.#retake();
      // slots first: a client that reconnects must not be refused for its own old socket
      const isReleased = await this.#releaseAll();
      await this.#admitBatch();
      if (!(isRetaken && isReleased) && this.#waiting.length === 0) {
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

  async #retake(): Promise<boolean> {
    if (!this.#retaking) return true;
    this.#retaking = false;
    const byTenant = [...this.#booked.values()].sort(byTenantId);
    try {
      for (let at = 0; at < byTenant.length; at += RETAKE_BATCH) {
        await this.#retakeBatch(byTenant.slice(at, at + RETAKE_BATCH));
      }
      return true;
    } catch (error) {
      this.log.warn('slots could not be taken again', errorFields(error));
      this.#retaking = true;
      if (sqlState(error) === SQLSTATE.foreignKeyViolation) void this.instance.beat();
      return false;
    }
  }

  async #retakeBatch(batch: readonly AdmissionRequest[]): Promise<void> {
    const evicted = await this.relay.query<{ id: string; close: 'tenantLimit' | 'userLimit' }>(RETAKE, [
      this.instance.id,
      ALIVE_FOR_S,
      this.config.maxConnectionsPerTenant,
      JSON.stringify(batch.map(toRow)),
    ]);
    for (const { id, close } of evicted) {
      this.#booked.delete(id);
      for (const listener of this.#onEvicted) listener(id, close);
    }
  }

  async #admitBatch(): Promise<void> {
    const batch = this.#waiting.splice(0, MAX_BATCH).filter(({ gaveUp }) => !gaveUp);
    if (batch.length === 0) return;
    try {
      const rows = await this.#askFor(batch);
      const byId = new Map(rows.map((row) => [row.id, row]));
      // whose slot was taken over is closed by order
      if (rows.some(({ replaced }) => replaced !== null))
        this.database.announce({ events: [], disconnects: true });
      for (const { request, resolve, reject, gaveUp } of batch) {
        const row = byId.get(request.connectionId);
        if (!row) {
          reject(new Error('admission answered fewer rows than requests'));
          continue;
        }
        if (row.verdict === 'ok' && gaveUp) this.#released.push(request.connectionId);
        else if (row.verdict === 'ok') this.#booked.set(request.connectionId, request);
        resolve({
          verdict: row.verdict,
          head: Number(row.head ?? 0),
          maxConnections: row.max_connections,
          maxMessagesPerMinute: row.max_messages_per_minute,
          snapshot: row.snapshot,
        });
      }
    } catch (error) {
      // the statement may have committed before the answer was lost: give its slots back
      this.#released.push(...batch.map(({ request }) => request.connectionId));
      this.#uncertainUntilMs = performance.now() + UNCERTAIN_S * 1_000;
      for (const { reject } of batch) reject(error);
    }
  }

  async #askFor(batch: readonly Waiting[]): Promise<AdmitRow[]> {
    const values = [
      this.instance.id,
      ALIVE_FOR_S,
      this.config.maxConnectionsPerTenant,
      JSON.stringify(batch.map(({ request }) => toRow(request))),
    ];
    try {
      return await this.relay.query<AdmitRow>(ADMIT, values);
    } catch (error) {
      if (sqlState(error) !== SQLSTATE.foreignKeyViolation) throw error;
      await this.instance.beat();
      return this.relay.query<AdmitRow>(ADMIT, values);
    }
  }

  /** Takes back slots that a lost answer may have left, so that a limit never counts sockets that are not. */
  async #reconcile(isAlive: boolean): Promise<void> {
    if (this.#uncertainUntilMs === undefined) return;
    const nowMs = performance.now();
    if (!isAlive) {
      this.#uncertainUntilMs = nowMs + UNCERTAIN_S * 1_000;
      return;
    }
    const isLast = nowMs > this.#uncertainUntilMs;
    try {
      await this.relay.query(RECONCILE, [this.instance.id, UNCERTAIN_S, [...this.#booked.keys()]]);
      if (isLast) this.#uncertainUntilMs = undefined;
    } catch (error) {
      this.log.warn('slots could not be reconciled', errorFields(error));
    }
  }
}

/** Keeps the order of those of one tenant, which is that of their admission. */
const byTenantId = (a: AdmissionRequest, b: AdmissionRequest): number => {
  const [first, second] = [a.principal.tenantId ?? '', b.principal.tenantId ?? ''];
  return first < second ? -1 : first > second ? 1 : 0;
};
