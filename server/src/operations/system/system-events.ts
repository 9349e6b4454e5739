import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { GatewayStatus } from '@wardbell/contract';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { RelayPool } from '../../database/pools.js';
import { Bus } from '../../realtime/bus/bus.js';
import { Instance } from '../../realtime/connections/instance.js';
import { Drain } from '../../realtime/gateway/drain.js';
import { Hub } from '../../realtime/hub/hub.js';
import { Health, type HealthReport } from '../health/health.service.js';
import { InstanceStatuses, STATUS } from './instance-statuses.js';

const LOOK_MS = 1_000;
const REPEAT_MS = 30_000;

type CheckStatus = HealthReport['checks']['database']['status'];
const CHECK_STATUS: Readonly<Record<CheckStatus, GatewayStatus>> = {
  ok: 'HEALTHY',
  degraded: 'DEGRADED',
  failed: 'UNHEALTHY',
};

/**
 * Sends health, and changes of the status of instances, database and Redis, to the super admins of this process. Topic
 * `system`; these frames are not stored. Each instance reports the database and Redis as it reaches them itself.
 */
@Injectable()
export class SystemEvents implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #last: HealthReport | undefined;
  #sentMs = 0;
  readonly #others: InstanceStatuses;
  readonly #task: BackgroundTask;

  constructor(
    private readonly health: Health,
    private readonly hub: Hub,
    private readonly instance: Instance,
    private readonly bus: Bus,
    private readonly drain: Drain,
    relay: RelayPool,
    tasks: BackgroundTasks,
  ) {
    this.#others = new InstanceStatuses(relay, instance.id);
    this.#task = tasks.define({ name: 'instance-statuses', everyMs: LOOK_MS }, () => this.#lookAtOthers());
  }

  async onApplicationBootstrap(): Promise<void> {
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
    this.drain.onStart(() => this.#look());
    await this.#task.run();
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#task.stop();
  }

  #look(): void {
    const report = this.health.report();
    const last = this.#last;
    const nowMs = performance.now();
    if (report.status !== last?.status || nowMs - this.#sentMs >= REPEAT_MS) {
      this.#sentMs = nowMs;
      this.hub.sendSystem({
        type: 'system_health',
        data: { status: report.status, checks: report.checks },
      });
    }
    this.#last = report;
    if (!last) return;
    const metadata = { instance_id: this.instance.id };
    const statusOf = (name: 'database' | 'bus', { checks }: HealthReport) =>
      CHECK_STATUS[checks[name].status];
    this.#changed('database', 'database', statusOf('database', last), statusOf('database', report), metadata);
    if (this.bus.kind === 'redis') {
      this.#changed('redis', 'redis', statusOf('bus', last), statusOf('bus', report), metadata);
    }
    this.#changed(this.instance.id, 'instance', instanceStatusOf(last), instanceStatusOf(report), {});
  }

  async #lookAtOthers(): Promise<void> {
    for (const { id, host, previous, current } of await this.#others.look()) {
      this.#changed(id, 'instance', previous, current, { host });
    }
  }

  #changed(
    id: string,
    type: 'instance' | 'database' | 'redis',
    previous: GatewayStatus,
    current: GatewayStatus,
    metadata: Readonly<Record<string, unknown>>,
  ): void {
    if (previous === current) return;
    this.hub.sendSystem({
      type: 'gateway_status_change',
      data: {
        gateway_id: id,
        gateway_type: type,
        previous_status: previous,
        current_status: current,
        metadata,
      },
    });
  }
}

const instanceStatusOf = ({ status, draining }: HealthReport): GatewayStatus =>
  draining ? 'DEGRADED' : STATUS[status];
