import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { KEY_ACTOR_PREFIX } from '@wardbell/contract';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { RelayPool } from '../../database/pools.js';
import { Bus } from '../bus/bus.js';
import { Admission } from '../connections/admission.js';
import { ALIVE_FOR_S, Instance } from '../connections/instance.js';
import { Hub } from '../hub/hub.js';
import { PresenceFeed } from './presence-feed.js';

/** Interval for users whose 10 s are over, and for notices that were lost. */
const EVERY_MS = 1_000;
/** Users of the handshakes within this time share a statement. */
const COALESCE_MS = 250;
/** Users in one statement. */
const MAX_BATCH = 1_000;
/** Changes that `settle_presence` returns at most. */
const MAX_CHANGES = 1_000;
/** Beyond this the sweep compares all rows instead. */
const MAX_DIRTY = 20_000;

const SETTLE = {
  name: 'settle_presence',
  text: `SELECT latest::float8, version::float8, tenant_id::text, user_id, online, is_own
         FROM wardbell.settle_presence($1, make_interval(secs => $2), $3, $4, $5)`,
};

interface User {
  readonly tenant_id: string;
  readonly user_id: string;
}

type Row = { readonly latest: number } & (
  | { readonly version: null }
  | (User & { readonly version: number; readonly online: boolean; readonly is_own: boolean })
);

/**
 * Keeps the presence of users in line with the connections, and sends its changes to the sessions of this process. The
 * database decides each change once, under a lock, and numbers it; every instance reads the changes after the last one
 * that it has sent. Handshakes do not wait for any of this.
 */
@Injectable()
export class Presence implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #dirty = new Map<string, User>();
  /** Number of the last change that was sent here; null until the first read. */
  #sent: number | null = null;
  /** True when all rows must be compared: rows of an earlier process may be left, or slots were taken again. */
  #isSweepDue = true;
  #soon: NodeJS.Timeout | undefined;
  readonly #feed: PresenceFeed;
  readonly #task: BackgroundTask;

  constructor(
    private readonly relay: RelayPool,
    private readonly bus: Bus,
    private readonly instance: Instance,
    private readonly admission: Admission,
    hub: Hub,
    tasks: BackgroundTasks,
  ) {
    this.#feed = new PresenceFeed(hub);
    this.#task = tasks.define({ name: 'presence', everyMs: EVERY_MS }, () => this.#settle());
  }

  async onApplicationBootstrap(): Promise<void> {
    this.admission.onChanged((tenantId, userId) => this.#changed(tenantId, userId));
    this.instance.onRevived(() => {
      this.#isSweepDue = true;
    });
    this.bus.onNotice(({ presence }) => {
      if (presence) this.#task.request();
    });
    await this.#task.run();
    this.#sent ??= 0; // the first read failed: sessions that begin before the next one must not miss its changes
    this.#task.start();
  }

  /** The sockets of this process are closed by now. */
  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.#soon);
    await this.#task.stop();
    await this.#task.run();
    this.#feed.close();
  }

  #changed(tenantId: string | null, userId: string): void {
    if (tenantId === null || userId.startsWith(KEY_ACTOR_PREFIX)) return;
    if (this.#dirty.size >= MAX_DIRTY) this.#isSweepDue = true;
    else this.#dirty.set(`${tenantId} ${userId}`, { tenant_id: tenantId, user_id: userId });
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#task.request();
    }, COALESCE_MS);
  }

  async #settle(): Promise<void> {
    let isMore: boolean;
    do {
      const batch = [...this.#dirty].slice(0, MAX_BATCH);
      const isSweep = this.#isSweepDue;
      for (const [key] of batch) this.#dirty.delete(key);
      this.#isSweepDue = false;
      try {
        const rows = await this.#query(
          batch.map(([, user]) => user),
          isSweep,
        );
        // users that came meanwhile wait for the next statement, so a storm of connects takes few of them
        isMore = this.#take(rows) || batch.length === MAX_BATCH;
      } catch (error) {
        for (const [key, user] of batch) this.#dirty.set(key, user);
        this.#isSweepDue ||= isSweep;
        throw error;
      }
    } while (isMore);
  }

  #query(users: readonly User[], isSweep: boolean): Promise<Row[]> {
    return this.relay.query<Row>(SETTLE, [
      this.instance.id,
      ALIVE_FOR_S,
      JSON.stringify(users),
      isSweep,
      this.#sent,
    ]);
  }

  /** Returns true when more changes are to be read. */
  #take(rows: readonly Row[]): boolean {
    let isOwn = false;
    let newest = rows[0]?.latest ?? 0;
    for (const row of rows) {
      if (row.version === null) continue;
      this.#feed.add(row.tenant_id, row.user_id, row.online);
      isOwn ||= row.is_own;
      if (rows.length === MAX_CHANGES) newest = row.version;
    }
    // lower than before when the database was restored from a backup
    this.#sent = newest;
    if (isOwn) this.bus.announcePresence();
    return rows.length === MAX_CHANGES;
  }
}
