import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { OutageLog } from '../../database/outage-log.js';
import { RelayPool } from '../../database/pools.js';
import { Config } from '../../platform/config/config.js';
import { Log } from '../../platform/log/log.js';

const HEARTBEAT_MS = 5_000;
/** Without a heartbeat for so long an instance's sockets no longer count against limits: it must retake slots. */
export const ALIVE_FOR_S = 20;
/** `now()` is when a transaction began: an admission that waits for its lock counts as of a moment ago. */
const CLOCK_S = 5;
/** And after this its rows are removed by whoever notices. */
const DEAD_AFTER_S = 60;
/** A heartbeat that is so late was kept from the database, and perhaps those of others too. */
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
const BURY = {
  name: 'instance_bury',
  text: `DELETE FROM wardbell.instance WHERE heartbeat_at < now() - make_interval(secs => $2)
         AND wardbell.may_judge($1, make_interval(secs => $2))`,
};
const BURY_ALL = { name: 'instance_bury_all', text: 'DELETE FROM wardbell.instance' };
const LEAVE = { name: 'instance_leave', text: 'DELETE FROM wardbell.instance WHERE id = $1' };

/** This process among the others: a row with a heartbeat, which says whether its sockets count. */
@Injectable()
export class Instance implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly id = randomUUID();
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<boolean> | undefined;
  readonly #onReborn: (() => void)[] = [];
  readonly #onBeat: ((isAlive: boolean) => void)[] = [];

  constructor(
    private readonly relay: RelayPool,
    private readonly config: Config,
    private readonly outages: OutageLog,
    private readonly log: Log,
  ) {}

  /** Calls back when others no longer counted this instance's sockets, which must take slots again. */
  onReborn(listener: () => void): void {
    this.#onReborn.push(listener);
  }

  /** Calls back after each heartbeat, with whether the database took it. */
  onBeat(listener: (isAlive: boolean) => void): void {
    this.#onBeat.push(listener);
  }

  async onApplicationBootstrap(): Promise<void> {
    // the embedded database has one server at a time: whoever stands in it was killed
    if (this.config.databaseUrl === undefined) await this.relay.query(BURY_ALL);
    await this.#register();
    this.#timer = setInterval(() => void this.beat(), HEARTBEAT_MS);
    this.#timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.relay.query(LEAVE, [this.id]).catch(() => undefined); // else the others bury it
  }

  /** Sends a heartbeat now, as when this process stood still and others may have given it up. */
  async beat(): Promise<void> {
    if (this.#beating) {
      await this.#beating;
      return;
    }
    this.#beating = this.#isAlive();
    const isAlive = await this.#beating;
    this.#beating = undefined;
    for (const listener of this.#onBeat) listener(isAlive);
  }

  async #register({ again = false } = {}): Promise<void> {
    await this.relay.query(REGISTER, [this.id, hostname(), again]);
  }

  async #isAlive(): Promise<boolean> {
    try {
      const [row] = await this.relay.query<{ silent_s: number }>(HEARTBEAT, [this.id, LATE_AFTER_S]);
      if (!row) await this.#register({ again: true });
      if (!row || row.silent_s > ALIVE_FOR_S - CLOCK_S) {
        this.log.warn('other instances no longer counted this one, taking slots again', {
          instance_id: this.id,
        });
        for (const listener of this.#onReborn) listener();
      }
      await this.relay.query(BURY, [this.id, DEAD_AFTER_S]);
      return true;
    } catch (error) {
      this.outages.failed('heartbeat', error);
      return false;
    }
  }
}
