import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { InstanceReport } from '@wardbell/contract';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { RelayPool } from '../../database/pools.js';
import { VERSION } from '../../platform/config/version.js';
import { Bus } from '../../realtime/bus/bus.js';
import { Instance } from '../../realtime/connections/instance.js';
import { Hub } from '../../realtime/hub/hub.js';
import { Health } from '../health/health.service.js';
import { Standing } from './standing.js';

const EVERY_MS = 1_000;
/**
 * Interval of reports without a change. Keeps the numbers fresh and restores the row of an instance that was reaped.
 */
const REPEAT_MS = 5_000;

const WRITE = {
  name: 'instance_report',
  text: 'UPDATE wardbell.instance SET report = $2 WHERE id = $1',
};

/** Stores the health of this instance in the database, because an instance can check only itself. */
@Injectable()
export class SelfReport implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #standing = new Standing();
  readonly #task: BackgroundTask;
  #writtenMs = Number.NEGATIVE_INFINITY;
  #written = '';

  constructor(
    private readonly health: Health,
    private readonly hub: Hub,
    private readonly bus: Bus,
    private readonly instance: Instance,
    private readonly relay: RelayPool,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'instance-report', everyMs: EVERY_MS }, () => this.#report());
  }

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
  }

  /** The current report of this instance. */
  now(): InstanceReport {
    const health = this.health.report();
    return {
      version: VERSION,
      ...this.#standing.note(health, Date.now()),
      draining: health.draining,
      bus: this.bus.kind,
      oldest_unannounced_ms: Math.round(this.hub.behindMs()),
      lagging: this.hub.lagging,
    };
  }

  async #report(): Promise<void> {
    const report = this.now();
    const { status, draining, checks } = report;
    const state = [status, draining, ...Object.values(checks).map((check) => check.status)].join();
    const nowMs = performance.now();
    if (state === this.#written && nowMs - this.#writtenMs < REPEAT_MS) return;
    await this.relay.query(WRITE, [this.instance.id, JSON.stringify(report)]);
    this.#written = state;
    this.#writtenMs = nowMs;
  }
}
