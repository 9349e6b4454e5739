import type { CheckName, InstanceReport, SystemCheck } from '@wardbell/contract';
import type { HealthReport } from '../health/health.service.js';

type Health = Pick<HealthReport, 'status' | 'checks'>;
type Standings = Pick<InstanceReport, 'status' | 'since' | 'checks'>;

/** Keeps the time since which the health and each check of an instance have had their current status. */
export class Standing {
  #last: Standings | undefined;

  /** Records the current results. Returns them with the times of their last change. */
  note(health: Health, nowMs: number): Standings {
    const now = new Date(nowMs).toISOString();
    const last = this.#last;
    const checkOf = (name: CheckName): SystemCheck => {
      const check = health.checks[name];
      const before = last?.checks[name];
      return { ...check, since: before?.status === check.status ? before.since : now };
    };
    this.#last = {
      status: health.status,
      since: last?.status === health.status ? last.since : now,
      checks: {
        database: checkOf('database'),
        writes: checkOf('writes'),
        pipeline: checkOf('pipeline'),
        bus: checkOf('bus'),
        identity_provider: checkOf('identity_provider'),
      },
    };
    return this.#last;
  }
}
