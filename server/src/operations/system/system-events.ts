import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { GatewayStatus } from '@wardbell/contract';
import { Log, type LogRecord } from '../../platform/log/log.js';
import { Bus } from '../../realtime/bus/bus.js';
import { Instance } from '../../realtime/connections/instance.js';
import { Hub } from '../../realtime/hub/hub.js';
import { Health, type HealthReport } from '../health/health.service.js';

const LOOK_MS = 1_000;
const REPEAT_MS = 30_000;
/** Log lines that are sent to super admins per second; further ones are only counted. */
const MAX_LOG_LINES_PER_S = 100;

type Status = HealthReport['status'] | HealthReport['checks']['database']['status'];
const STATUS: Readonly<Record<Status, GatewayStatus>> = {
  healthy: 'HEALTHY',
  ok: 'HEALTHY',
  degraded: 'DEGRADED',
  unhealthy: 'UNHEALTHY',
  failed: 'UNHEALTHY',
};

/** Sends health, health changes and log warnings to super admins. Topic `system`; these events are not stored. */
@Injectable()
export class SystemEvents implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #stopWatching: (() => void) | undefined;
  #last: HealthReport | undefined;
  #saidMs = 0;
  #lines = 0;
  #dropped = 0;

  constructor(
    private readonly health: Health,
    private readonly hub: Hub,
    private readonly instance: Instance,
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
    this.#stopWatching = this.log.watch((record) => this.#tell(record));
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
    this.#stopWatching?.();
  }

  #look(): void {
    const report = this.health.report();
    const last = this.#last;
    const now = performance.now();
    if (report.status !== last?.status || now - this.#saidMs >= REPEAT_MS) {
      this.#saidMs = now;
      this.#say('system_health', { status: report.status, checks: report.checks });
    }
    if (last && report.checks.database.status !== last.checks.database.status) {
      this.#gateway('database', 'database', last.checks.database.status, report.checks.database.status);
    }
    if (last && this.bus.kind === 'redis' && report.checks.bus.status !== last.checks.bus.status) {
      this.#gateway('redis', 'redis', last.checks.bus.status, report.checks.bus.status);
    }
    if (last && report.status !== last.status) {
      this.#gateway(this.instance.id, 'instance', last.status, report.status);
    }
    this.#last = report;
    if (this.#dropped > 0) {
      const message = `${this.#dropped} more lines in a second`;
      this.#say('system_log', { level: 'warn', message, source: this.instance.id });
    }
    this.#lines = 0;
    this.#dropped = 0;
  }

  #gateway(id: string, type: 'instance' | 'database' | 'redis', previous: Status, current: Status): void {
    this.#say('gateway_status_change', {
      gateway_id: id,
      gateway_type: type,
      previous_status: STATUS[previous],
      current_status: STATUS[current],
      metadata: {},
    });
  }

  #tell({ level, event }: LogRecord): void {
    if (level !== 'warn' && level !== 'error' && level !== 'fatal') return;
    if (++this.#lines > MAX_LOG_LINES_PER_S) {
      this.#dropped++;
      return;
    }
    this.#say('system_log', { level, message: event, source: this.instance.id });
  }

  #say(type: string, data: Readonly<Record<string, unknown>>): void {
    this.hub.sendSystem({ type, data });
  }
}
