import { setTimeout as delay } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { Database } from '../../database/database.service.js';
import { Problem } from '../../platform/errors/problem.js';
import { sqlState } from '../../platform/errors/sqlstate.js';
import { Instance } from '../../realtime/connections/instance.js';

/** The probe costs a small commit; what asks for health never starts one. */
const EVERY_MS = 1_000;
/** A connection that broke while it was idle fails once; the second attempt gets another one. */
const SECOND_TRY_MS = 100;
/** A write that takes longer has failed. */
const MAX_MS = 3_000;

/** What a state means, by SQLSTATE or its class. */
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
  /** No server answered at all. */
  readonly isAway: boolean;
}

const SLOW: WriteFailure = { reason: 'a write waits for a connection or an answer', isAway: false };
/** States of a server that cannot be reached or does not take part yet. */
const AWAY = /^(08|57P0)/;

/** Writes every second the way that a clinic's write goes, and remembers why it did not work. */
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

  /** Why writes fail; undefined while they work. */
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
