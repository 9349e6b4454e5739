import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { InstanceReport } from '@wardbell/contract';
import { OutageLog } from '../../database/outage-log.js';
import { RelayPool } from '../../database/pools.js';
import { VERSION } from '../../platform/config/version.js';
import { Bus } from '../../realtime/bus/bus.js';
import { Instance } from '../../realtime/connections/instance.js';
import { Hub } from '../../realtime/hub/hub.js';
import { Health } from '../health/health.service.js';
import { Standing } from './standing.js';

const LOOK_MS = 1_000;
/** Without a change: often enough for the numbers, and for an instance that others had given up. */
const REPEAT_MS = 5_000;

const WRITE = {
  name: 'instance_report',
  text: 'UPDATE wardbell.instance SET report = $2 WHERE id = $1',
};

/** Says how this instance does where every instance can read it: each knows its own health only. */
@Injectable()
export class SelfReport implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #standing = new Standing();
  #timer: NodeJS.Timeout | undefined;
  #writing = false;
  #writtenMs = Number.NEGATIVE_INFINITY;
  #written = '';

  constructor(
    private readonly health: Health,
    private readonly hub: Hub,
    private readonly bus: Bus,
    private readonly instance: Instance,
    private readonly relay: RelayPool,
    private readonly outages: OutageLog,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  /** How this instance does at this moment. */
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

  async #look(): Promise<void> {
    const report = this.now();
    const { status, draining, checks } = report;
    const state = [status, draining, ...Object.values(checks).map((check) => check.status)].join();
    const nowMs = performance.now();
    if (this.#writing || (state === this.#written && nowMs - this.#writtenMs < REPEAT_MS)) return;
    this.#writing = true;
    try {
      await this.relay.query(WRITE, [this.instance.id, JSON.stringify(report)]);
      this.#written = state;
      this.#writtenMs = nowMs;
    } catch (error) {
      this.outages.failed('report', error);
    } finally {
      this.#writing = false;
    }
  }
}
