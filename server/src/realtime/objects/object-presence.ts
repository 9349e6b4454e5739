import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CLOSE, KEY_ACTOR_PREFIX, TenantRole, type WorkingOn } from '@wardbell/contract';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { RelayPool } from '../../database/pools.js';
import { Bus } from '../bus/bus.js';
import { ALIVE_FOR_S, Instance } from '../connections/instance.js';
import { Hub } from '../hub/hub.js';
import type { Session } from '../hub/session.js';
import { keyOf, type PlaceRow, peopleByConnection } from './people-at-objects.js';
import { Worker } from './worker.js';

/** Interval for those whose 10 s are over, for notices that were lost, and for what changes who may see an object. */
const EVERY_MS = 3_000;
/** Messages within this time share a statement. */
const COALESCE_MS = 30;
/** Connections in one statement. */
const MAX_BATCH = 500;
/** For so long after the last connection stopped being anywhere, rows of others are still cleared away. */
const AFTERWARDS_MS = 60_000;
/** Access was taken from the person, or the screen was locked: nobody comes back in a moment. */
const ENDED_AT_ONCE = CLOSE.accessRevoked.code;

const SETTLE = {
  name: 'settle_object_presence',
  text: `SELECT changed, tenant_id::text, kind, object_id::text, readers, connection_id::text, is_own,
                user_id, role, activity, since
         FROM wardbell.settle_object_presence($1, make_interval(secs => $2), $3, $4)`,
};

/** A connection, and whether it ended at once. */
type Lost = readonly [id: string, atOnce: boolean];

type Row = { readonly changed: boolean } & (PlaceRow | { readonly tenant_id: null });

/**
 * Who is at which patient or appointment, and tells it to those who are there. Clients say what their person works on;
 * the database checks that the person may see it, holds it for all instances, and knows which of them are alive.
 * Without such messages nothing is asked and nothing is sent.
 */
@Injectable()
export class ObjectPresence implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #workers = new Map<string, Worker>();
  /** Connections whose objects the database does not have yet. */
  readonly #dirty = new Set<string>();
  /** Lost connections that the database does not know of yet, and whether they end at once. */
  readonly #lost = new Map<string, boolean>();
  #busyMs = Number.NEGATIVE_INFINITY;
  #soon: NodeJS.Timeout | undefined;
  readonly #task: BackgroundTask;

  constructor(
    private readonly relay: RelayPool,
    private readonly bus: Bus,
    private readonly instance: Instance,
    private readonly hub: Hub,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'object-presence', everyMs: EVERY_MS }, () => this.#settle());
  }

  onApplicationBootstrap(): void {
    // other instances may have cleared the rows of this one away
    this.instance.onRevived(() => {
      for (const id of this.#workers.keys()) this.#dirty.add(id);
    });
    this.bus.onNotice(({ objects }) => {
      if (objects && this.#workers.size > 0) this.#task.request();
    });
    this.#task.start();
  }

  /** The sockets of this process are closed by now. */
  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.#soon);
    await this.#task.stop();
    await this.#task.run();
  }

  /**
   * Takes in what the person at a connection works on in one tab, in place of what was said before.
   * @param refused called if an object is not there or not for this person; which one is not said
   * @returns false for those who are nobody's presence: super admins and integration keys
   */
  state(session: Session, tab: string, objects: readonly WorkingOn[], refused: () => void): boolean {
    const { role, userId } = session.principal;
    if (!TenantRole.safeParse(role).success || userId.startsWith(KEY_ACTOR_PREFIX)) return false;
    let worker = this.#workers.get(session.id);
    if (!worker) {
      if (objects.length === 0) return true;
      worker = new Worker(session);
      this.#workers.set(session.id, worker);
    }
    worker.state(tab, objects.map(inLowerCase), refused, performance.now());
    this.#dirty.add(session.id);
    this.#settleSoon();
    return true;
  }

  /** A connection has ended. */
  ended(session: Session, code: number): void {
    if (!this.#workers.delete(session.id)) return;
    this.#dirty.delete(session.id);
    this.#lost.set(session.id, code === ENDED_AT_ONCE);
    this.#settleSoon();
  }

  #settleSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#task.request();
    }, COALESCE_MS);
  }

  async #settle(): Promise<void> {
    const nowMs = performance.now();
    for (const [id, worker] of this.#workers) if (worker.expire(nowMs)) this.#dirty.add(id);
    if (this.#workers.size > 0 || this.#lost.size > 0) this.#busyMs = nowMs;
    if (nowMs - this.#busyMs > AFTERWARDS_MS) return;
    const stated = [...this.#dirty];
    const lost = [...this.#lost];
    for (let at = 0; at === 0 || at < Math.max(stated.length, lost.length); at += MAX_BATCH)
      await this.#settleBatch(stated.slice(at, at + MAX_BATCH), lost.slice(at, at + MAX_BATCH));
  }

  async #settleBatch(stated: readonly string[], lost: readonly Lost[]): Promise<void> {
    for (const id of stated) this.#dirty.delete(id);
    for (const [id] of lost) this.#lost.delete(id);
    try {
      this.#take(await this.#query(stated, lost), new Set(stated));
    } catch (error) {
      for (const id of stated) if (this.#workers.has(id)) this.#dirty.add(id);
      for (const [id, atOnce] of lost) this.#lost.set(id, atOnce);
      throw error;
    }
  }

  #query(stated: readonly string[], lost: readonly Lost[]): Promise<Row[]> {
    const connections = stated.flatMap((id) => {
      const worker = this.#workers.get(id);
      if (!worker) return [];
      const { tenantId, userId, role } = worker.session.principal;
      return [{ connection_id: id, tenant_id: tenantId, user_id: userId, role, objects: worker.objects }];
    });
    return this.relay.query<Row>(SETTLE, [
      this.instance.id,
      ALIVE_FOR_S,
      JSON.stringify(connections),
      JSON.stringify(lost.map(([id, atOnce]) => ({ connection_id: id, at_once: atOnce }))),
    ]);
  }

  #take(rows: readonly Row[], stated: ReadonlySet<string>): void {
    if (rows[0]?.changed) this.bus.announceObjects();
    const people = peopleByConnection(rows.filter((row): row is Row & PlaceRow => row.tenant_id !== null));
    for (const [id, worker] of this.#workers) {
      const { objects } = worker;
      // what was said since the statement began is told after the next one
      if (!this.#dirty.has(id)) this.#tell(worker, objects, people.get(id) ?? new Map(), stated.has(id));
      if (objects.length === 0 && !this.#dirty.has(id)) this.#workers.delete(id);
    }
  }

  #tell(
    worker: Worker,
    objects: readonly WorkingOn[],
    people: ReadonlyMap<string, string>,
    wasStated: boolean,
  ): void {
    const { session, sent, refused } = worker;
    const frames = [];
    for (const { kind, id } of objects) {
      const key = keyOf({ kind, id });
      const text = people.get(key) ?? '[]';
      // nobody is told of an object that was refused, or of one that is gone after it was told of
      if (sent.get(key) === text || (text === '[]' && !sent.has(key)) || !isReceiving(session)) continue;
      sent.set(key, text);
      frames.push({ type: 'object_presence', data: { kind, id, people: JSON.parse(text) } });
    }
    const named = new Set(objects.map(keyOf));
    for (const key of sent.keys()) if (!named.has(key)) sent.delete(key);
    if (frames.length > 0) this.hub.sendTo(session, frames);
    if (objects.every((object) => people.has(keyOf(object)))) return;
    // it may come to be there, or this person may get access
    this.#dirty.add(session.id);
    if (wasStated) refused?.();
    worker.refused = undefined;
  }
}

/** As PostgreSQL writes it. */
const inLowerCase = (object: WorkingOn): WorkingOn => ({ ...object, id: object.id.toLowerCase() });

const isReceiving = ({ state, subscription: { topics, types } }: Session): boolean =>
  state !== 'waiting' &&
  state !== 'closed' &&
  topics.has('presence') &&
  (types === null || types.has('object_presence'));
