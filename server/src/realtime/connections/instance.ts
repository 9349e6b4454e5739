import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { RelayPool } from '../../database/pools.js';
import { Config } from '../../platform/config/config.js';
import { Log } from '../../platform/log/log.js';

const HEARTBEAT_MS = 5_000;
/** After this time without a heartbeat the sockets of an instance do not count, and it must take slots again. */
export const ALIVE_FOR_S = 20;
/** Margin, because `now()` is the start of the transaction, and an admission may have waited for its lock since. */
const CLOCK_S = 5;
/** After this time without a heartbeat any instance deletes the rows of the instance. */
const DEAD_AFTER_S = 60;
/** A heartbeat that is this late did not reach the database in time; those of other instances may be late as well. */
const LATE_AFTER_S = 10;

const REGISTER = {
  name: 'instance_register',
  text: `INSERT INTO wardbell.instance (id, host, resumed_at) VALUES ($1, $2, CASE WHEN $3 THEN now() END)
         ON CONFLICT (id) DO UPDATE SET heartbeat_at = now()`,
};
const HEARTBEAT = {
  name: 'instance_heartbeat',
  text: `UPDATE wardbell.instance i SET heartbeat_at = now(),
           resumed_at = CASE WHEN old.silent_s > $2 THEN now() ELSE i.resumed_at END
         FROM (SELECT id, extract(epoch FROM now() - heartbeat_at)::float8 AS silent_s
               FROM wardbell.instance WHERE id = $1 FOR UPDATE) old
         WHERE i.id = old.id RETURNING old.silent_s`,
};
const REAP = {
  name: 'reap_instances',
  text: `DELETE FROM wardbell.instance WHERE heartbeat_at < now() - make_interval(secs => $2)
         AND wardbell.may_judge($1, make_interval(secs => $2))`,
};
const REAP_ALL = { name: 'reap_all_instances', text: 'DELETE FROM wardbell.instance' };
const LEAVE = { name: 'instance_leave', text: 'DELETE FROM wardbell.instance WHERE id = $1' };

/** The row of this process with its heartbeat, which determines whether its sockets count against limits. */
@Injectable()
export class Instance implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly id = randomUUID();
  readonly #heartbeat: BackgroundTask;
  readonly #onRevived: (() => void)[] = [];
  readonly #onBeat: ((isAlive: boolean) => void)[] = [];

  constructor(
    private readonly relay: RelayPool,
    private readonly config: Config,
    private readonly log: Log,
    tasks: BackgroundTasks,
  ) {
    this.#heartbeat = tasks.define({ name: 'heartbeat', everyMs: HEARTBEAT_MS }, () => this.#beat());
  }

  /**
   * Registers a listener for the case that other instances stopped counting our sockets, which must take slots again.
   */
  onRevived(listener: () => void): void {
    this.#onRevived.push(listener);
  }

  /** Registers a listener that is called after each heartbeat with its success. */
  onBeat(listener: (isAlive: boolean) => void): void {
    this.#onBeat.push(listener);
  }

  async onApplicationBootstrap(): Promise<void> {
    // the embedded database has one server at a time, so any other instance in the table was killed
    if (this.config.isDatabaseEmbedded) await this.relay.query(REAP_ALL);
    await this.#register();
    this.#heartbeat.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#heartbeat.stop();
    await this.relay.query(LEAVE, [this.id]).catch(() => undefined); // the others reap it later
  }

  /** Sends a heartbeat now, for example after this process was suspended and others may have stopped counting it. */
  beat(): Promise<void> {
    return this.#heartbeat.run();
  }

  async #register({ again = false } = {}): Promise<void> {
    await this.relay.query(REGISTER, [this.id, hostname(), again]);
  }

  async #beat(): Promise<void> {
    try {
      await this.#refresh();
    } catch (error) {
      for (const listener of this.#onBeat) listener(false);
      throw error;
    }
    for (const listener of this.#onBeat) listener(true);
  }

  async #refresh(): Promise<void> {
    const [row] = await this.relay.query<{ silent_s: number }>(HEARTBEAT, [this.id, LATE_AFTER_S]);
    if (!row) await this.#register({ again: true });
    if (!row || row.silent_s > ALIVE_FOR_S - CLOCK_S) {
      this.log.warn('other instances no longer counted this one, taking slots again', {
        instance_id: this.id,
      });
      for (const listener of this.#onRevived) listener();
    }
    await this.relay.query(REAP, [this.id, DEAD_AFTER_S]);
  }
}
