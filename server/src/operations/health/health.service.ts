import { Injectable } from '@nestjs/common';
import type { CheckName } from '@wardbell/contract';
import { TokenService } from '../../identity/auth/token.service.js';
import { Bus } from '../../realtime/bus/bus.js';
import { LocalSessions } from '../../realtime/connections/local-sessions.js';
import { Drain } from '../../realtime/gateway/drain.js';
import { Hub } from '../../realtime/hub/hub.js';
import type { Staleness } from '../../realtime/hub/staleness.js';
import { type WriteFailure, WriteProbe } from './write-probe.js';

/** The pipeline is stuck when events have waited for this long. */
const PIPELINE_STUCK_MS = 5_000;

type CheckStatus = 'ok' | 'degraded' | 'failed';
interface Check {
  readonly status: CheckStatus;
  /** What is wrong. Never names a person or a tenant. */
  readonly reason?: string;
}

/** Health of this instance. It is `healthy` only while events are delivered. */
export interface HealthReport {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  /** Open sockets of this instance. */
  readonly connections: number;
  readonly draining: boolean;
  readonly checks: Readonly<Record<CheckName, Check>>;
}

const OK: Check = { status: 'ok' };

/** The bus is not required for delivery, so its outage does not make an instance unready. */
const BUS_AWAY: Readonly<Record<Bus['kind'], string>> = {
  postgres:
    'no notifications (behind a pooler set LISTEN_DATABASE_URL); what others write is found by the sweep, within a second',
  redis: 'Redis is not connected; PostgreSQL rings instead',
};

/** Checks whether events are delivered, and why not. */
@Injectable()
export class Health {
  constructor(
    private readonly hub: Hub,
    private readonly bus: Bus,
    private readonly localSessions: LocalSessions,
    private readonly drain: Drain,
    private readonly writes: WriteProbe,
    private readonly tokens: TokenService,
  ) {}

  report(): HealthReport {
    const stuckMs = this.hub.stuckMs();
    const writes = this.writes.failure;
    const checks = {
      database: databaseCheck(this.hub.staleness, writes),
      writes: writes === undefined ? OK : failed(writes.reason),
      pipeline:
        stuckMs <= PIPELINE_STUCK_MS ? OK : failed(`events wait for ${Math.round(stuckMs / 1_000)} s`),
      bus: this.bus.connected ? OK : degraded(BUS_AWAY[this.bus.kind]),
      // degraded only: users who are signed in and users with local accounts can still work
      identity_provider: this.tokens.isProviderAway ? degraded('its keys cannot be fetched') : OK,
    };
    const states = Object.values(checks).map((check) => check.status);
    const status = states.includes('failed')
      ? 'unhealthy'
      : states.includes('degraded')
        ? 'degraded'
        : 'healthy';
    return { status, connections: this.localSessions.sessions.size, draining: this.drain.isDraining, checks };
  }

  /** True when a load balancer may send new clients to this instance. */
  isReady(report: HealthReport): boolean {
    return report.status !== 'unhealthy' && !report.draining;
  }
}

const databaseCheck = (
  { isStale, unconfirmedMs }: Pick<Staleness, 'isStale' | 'unconfirmedMs'>,
  writes: WriteFailure | undefined,
): Check => {
  if (isStale) return failed(`no answer for ${Math.round(unconfirmedMs / 1_000)} s`);
  return writes?.isAway === true ? failed(writes.reason) : OK;
};

const degraded = (reason: string): Check => ({ status: 'degraded', reason });
const failed = (reason: string): Check => ({ status: 'failed', reason });
