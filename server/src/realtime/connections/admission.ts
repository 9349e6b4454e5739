import { Injectable } from '@nestjs/common';
import type { Transport } from '@wardbell/contract';
import { Database } from '../../database/database.service.js';
import { RelayPool } from '../../database/pools.js';
import type { Principal } from '../../database/principal.js';
import { Config } from '../../platform/config/config.js';
import { SQLSTATE, sqlState } from '../../platform/errors/sqlstate.js';
import { errorFields } from '../../platform/log/error-fields.js';
import { Log } from '../../platform/log/log.js';
import {
  ADMIT,
  type AdmitRow,
  CLOCK,
  RECONCILE,
  RELEASE,
  RETAKE,
  type ReleasedRow,
  type Verdict,
} from './admission-statements.js';
import { ALIVE_FOR_S, Instance } from './instance.js';

/** Bounds a statement, because its first handshake waits for its last. */
const MAX_BATCH = 200;
const RETRY_MS = 500;
/** Maximum number of waiting handshakes. Further ones are refused with `tryAgainLater`. */
const MAX_WAITING = 10_000;
/** Longest wait of a handshake for the database. Then it is refused with `tryAgainLater`. */
const ADMISSION_TIMEOUT_MS = 5_000;
/**
 * For this time after the last failure a statement whose answer was lost may still commit: when a frozen database resumes, or
 * when the network is back and TCP repeats what was lost, after 120 s at most (`TCP_RTO_MAX` of Linux).
 */
const UNCERTAIN_MS = 130_000;

/** Sockets per statement when all take slots again; its cost grows quadratically. */
const RETAKE_BATCH = 200;

/** A socket that requests admission. */
export interface AdmissionRequest {
  readonly connectionId: string;
  readonly principal: Principal;
  /** `User-Agent` of the client. */
  readonly client: string | null;
  readonly transport: Transport;
  readonly topics: ReadonlySet<string>;
  /** Id of the client's previous connection, whose slot it may take over. */
  readonly previous: string | null;
}

export type { Verdict };

export interface Admitted {
  readonly verdict: Verdict;
  /** Head of the tenant; 0 for super admins. */
  readonly head: number;
  /** Connection limit of the tenant. */
  readonly maxConnections: number;
  /** The tenant's own limit, or null. */
  readonly maxMessagesPerMinute: number | null;
  /** Database snapshot of the decision, which determines the disconnect orders that it has considered. */
  readonly snapshot: string;
}

export type EvictionListener = (connectionId: string, close: 'tenantLimit' | 'userLimit') => void;

/** Called after a row of a user's connection was inserted or deleted. @param tenantId null for super admins */
export type ConnectionListener = (tenantId: string | null, userId: string) => void;

interface Waiting {
  readonly request: AdmissionRequest;
  readonly resolve: (admitted: Admitted) => void;
  readonly reject: (error: unknown) => void;
  /** True after the timeout. A slot that is granted later is released. */
  isTimedOut: boolean;
}

const toRow = ({ connectionId, principal, client, transport, topics, previous }: AdmissionRequest) => ({
  id: connectionId,
  tenant_id: principal.tenantId,
  user_id: principal.userId,
  session_id: principal.sessionId,
  role: principal.role,
  address: principal.address,
  client,
  transport,
  topics: [...topics],
  previous,
});

/**
 * Admits sockets, exactly up to the limits over all instances. Requests that arrive while a statement runs share the
 * next one, so a reconnect storm costs few round trips, and a single client does not wait.
 */
@Injectable()
export class Admission {
  #waiting: Waiting[] = [];
  #released: string[] = [];
  readonly #booked = new Map<string, AdmissionRequest>();
  #pumping = false;
  /** True while open sockets must take slots again, because other instances released them. */
  #retaking = false;
  readonly #onEvicted: EvictionListener[] = [];
  readonly #onChanged: ConnectionListener[] = [];
  /** Until this time, by the monotonic clock, rows may appear of sockets whose admission had no answer. */
  #uncertainUntilMs: number | undefined;
  #isReconcileDue = false;

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
    this.instance.onBeat((isAlive) => this.#onBeat(isAlive));
  }

  /** Registers a listener for sockets that must be closed because another socket has their slot. */
  onEvicted(listener: EvictionListener): void {
    this.#onEvicted.push(listener);
  }

  /** Registers a listener for connections that were admitted or released. */
  onChanged(listener: ConnectionListener): void {
    this.#onChanged.push(listener);
  }

  /** @throws when the database does not answer; the client is then refused with `tryAgainLater` */
  admit(request: AdmissionRequest): Promise<Admitted> {
    if (this.#waiting.length >= MAX_WAITING) return Promise.reject(new Error('too many handshakes wait'));
    return new Promise<Admitted>((resolve, reject) => {
      const patience = setTimeout(() => {
        waiting.isTimedOut = true;
        reject(new Error('admission took too long'));
      }, ADMISSION_TIMEOUT_MS);
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
        isTimedOut: false,
      };
      this.#waiting.push(waiting);
      this.#start();
    });
  }

  /** Releases a slot, after an outage of the database if necessary. */
  release(connectionId: string): void {
    if (!this.#booked.delete(connectionId)) return;
    this.#released.push(connectionId);
    this.#start();
  }

  #start(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    // after this tick, so that requests of one tick share a statement
    setImmediate(() => void this.#pump());
  }

  /** Runs one statement at a time, so that no row is inserted after its slot was released. */
  async #pump(): Promise<void> {
    while (this.#waiting.length > 0 || this.#released.length > 0 || this.#retaking || this.#isReconcileDue) {
      // these first: a reconnecting client must not be refused because of its own old socket
      const isReconciled = await this.#reconcile();
      const isRetaken = await this.#retake();
      const isReleased = await this.#releaseAll();
      await this.#admitBatch();
      if (!(isReconciled && isRetaken && isReleased) && this.#waiting.length === 0) {
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
      this.#changed(await this.relay.query<ReleasedRow>(RELEASE, [ids]));
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
      this.config.maxConnectionsPerUser,
      JSON.stringify(batch.map(toRow)),
    ]);
    for (const { id, close } of evicted) {
      this.#booked.delete(id);
      for (const listener of this.#onEvicted) listener(id, close);
    }
  }

  async #admitBatch(): Promise<void> {
    const batch = this.#waiting.splice(0, MAX_BATCH).filter(({ isTimedOut }) => !isTimedOut);
    if (batch.length === 0) return;
    try {
      const rows = await this.#askFor(batch);
      const byId = new Map(rows.map((row) => [row.id, row]));
      // the sockets whose slots were taken over are closed by disconnect orders
      if (rows.some(({ replaced }) => replaced !== null))
        this.database.announce({ events: [], disconnects: true });
      for (const { request, resolve, reject, isTimedOut } of batch) {
        const row = byId.get(request.connectionId);
        if (!row) {
          reject(new Error('admission answered fewer rows than requests'));
          continue;
        }
        if (row.verdict === 'ok' && isTimedOut) this.#released.push(request.connectionId);
        else if (row.verdict === 'ok') this.#book(request);
        resolve({
          verdict: row.verdict,
          head: Number(row.head ?? 0),
          maxConnections: row.max_connections,
          maxMessagesPerMinute: row.max_messages_per_minute,
          snapshot: row.snapshot,
        });
      }
    } catch (error) {
      // the statement may have committed before its answer was lost
      this.#uncertainUntilMs = performance.now() + UNCERTAIN_MS;
      this.#isReconcileDue = true;
      for (const { reject } of batch) reject(error);
    }
  }

  #book(request: AdmissionRequest): void {
    this.#booked.set(request.connectionId, request);
    const { tenantId, userId } = request.principal;
    for (const listener of this.#onChanged) listener(tenantId, userId);
  }

  #changed(released: readonly ReleasedRow[]): void {
    for (const { tenant_id, user_id } of released)
      for (const listener of this.#onChanged) listener(tenant_id, user_id);
  }

  async #askFor(batch: readonly Waiting[]): Promise<AdmitRow[]> {
    const values = [
      this.instance.id,
      ALIVE_FOR_S,
      this.config.maxConnectionsPerTenant,
      this.config.maxConnectionsPerUser,
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

  #onBeat(isAlive: boolean): void {
    if (this.#uncertainUntilMs === undefined) return;
    if (!isAlive) {
      this.#uncertainUntilMs = performance.now() + UNCERTAIN_MS;
      return;
    }
    this.#isReconcileDue = true;
    this.#start();
  }

  /**
   * Deletes rows that a lost answer may have left, so that limits do not count sockets that do not exist and nobody is
   * shown as online without one.
   */
  async #reconcile(): Promise<boolean> {
    if (!this.#isReconcileDue) return true;
    this.#isReconcileDue = false;
    const isLast = performance.now() > (this.#uncertainUntilMs ?? 0);
    try {
      const [clock] = await this.relay.query<{ now: string }>(CLOCK);
      const values = [this.instance.id, clock?.now, [...this.#booked.keys()]];
      this.#changed(await this.relay.query<ReleasedRow>(RECONCILE, values));
      if (isLast) this.#uncertainUntilMs = undefined;
      return true;
    } catch {
      this.#isReconcileDue = true;
      return false;
    }
  }
}

/** Sorts by tenant. The sort is stable, so requests of one tenant keep their order of admission. */
const byTenantId = (a: AdmissionRequest, b: AdmissionRequest): number => {
  const [first, second] = [a.principal.tenantId ?? '', b.principal.tenantId ?? ''];
  return first < second ? -1 : first > second ? 1 : 0;
};
