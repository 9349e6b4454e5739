import { setTimeout as delay } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { Database } from '../../database/database.service.js';
import { Problem } from '../../platform/errors/problem.js';
import { sqlState } from '../../platform/errors/sqlstate.js';
import { Instance } from '../../realtime/connections/instance.js';

/** Interval of the probe, which costs a small commit. Health requests only read its last result. */
const EVERY_MS = 1_000;
/** Delay of the second attempt. The first one fails when the pool had a connection that broke while idle. */
const SECOND_TRY_MS = 100;
/** Timeout of a write. */
const MAX_MS = 3_000;

/** Explanations by SQLSTATE or its class. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^25006$/, 'PostgreSQL is read-only'],
  [/^28/, 'PostgreSQL refuses the login of the application'],
  [/^3D/, 'the database does not exist'],
  [/^53100$/, 'the disk of PostgreSQL is full'],
  [/^53300$/, 'PostgreSQL has no connection left'],
  [/^53/, 'PostgreSQL is out of resources'],
  [/^57P0/, 'PostgreSQL starts or stops'],
  [/^(57014|25P03)$/, 'PostgreSQL takes too long'],
  [/^08/, 'PostgreSQL or its pooler refuses the connection'],
];

export interface WriteFailure {
  readonly reason: string;
  /** True when no server answered. */
  readonly isAway: boolean;
}

const SLOW: WriteFailure = { reason: 'a write waits for a connection or an answer', isAway: false };
/** SQLSTATEs of a server that cannot be reached or is starting or stopping. */
const AWAY = /^(08|57P0)/;

/** Writes every second in the same way as a clinic does, and keeps the reason of a failure. */
@Injectable()
export class WriteProbe implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #task: BackgroundTask;
  #failure: WriteFailure | undefined;
  #startedMs: number | undefined;

  constructor(
    private readonly database: Database,
    private readonly instance: Instance,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'write-probe', everyMs: EVERY_MS }, () => this.#probe());
  }

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
  }

  /** The reason why writes fail; undefined while they succeed. */
  get failure(): WriteFailure | undefined {
    const forMs = this.#startedMs === undefined ? 0 : performance.now() - this.#startedMs;
    return this.#failure ?? (forMs > MAX_MS ? SLOW : undefined);
  }

  async #probe(): Promise<void> {
    this.#startedMs = performance.now();
    try {
      await this.#write().catch(async () => {
        await delay(SECOND_TRY_MS);
        await this.#write();
      });
      this.#failure = undefined;
    } catch (error) {
      this.#failure = failureOf(error);
      throw error;
    } finally {
      this.#startedMs = undefined;
    }
  }

  #write(): Promise<void> {
    return this.database.probeWrite(this.instance.id, MAX_MS);
  }
}

const failureOf = (error: unknown): WriteFailure => {
  if (error instanceof Problem) return { reason: 'every connection to PostgreSQL is in use', isAway: false };
  const state = sqlState(error);
  if (state === undefined) return { reason: 'PostgreSQL does not answer', isAway: true };
  const known = REASONS.find(([pattern]) => pattern.test(state));
  return { reason: `${known?.[1] ?? 'a write failed'} (${state})`, isAway: AWAY.test(state) };
};
