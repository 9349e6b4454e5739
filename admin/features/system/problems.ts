import type { SystemInstance, SystemState } from '@wardbell/contract';

export type ProblemKind =
  | 'database'
  | 'writes'
  | 'pipeline'
  | 'busPostgres'
  | 'busRedis'
  | 'identityProvider'
  | 'silent'
  | 'behind'
  | 'databaseFull'
  | 'draining'
  | 'untold'
  | 'versions';

export interface SystemProblem {
  readonly kind: ProblemKind;
  /** `note`: to be known, nothing is broken. */
  readonly severity: 'failed' | 'degraded' | 'note';
  /** Where; null: it concerns the installation. */
  readonly host: string | null;
  readonly instanceId: string | null;
  /** Since when; null when nobody wrote that down. */
  readonly since: string | null;
}

/** The sweep finds everything within a second; what is on its way longer is late. */
const LATE_MS = 2_000;
/** A new instance reports within this time of its start. */
const FIRST_REPORT_MS = 15_000;
const NEARLY_FULL = 0.9;

const SEVERITY_ORDER = ['failed', 'degraded', 'note'] as const;

const ofInstance = (instance: SystemInstance, nowMs: number): SystemProblem[] => {
  const { host, id: instanceId, report } = instance;
  const problem = (
    kind: ProblemKind,
    severity: SystemProblem['severity'],
    since: string | null,
  ): SystemProblem => ({ kind, severity, host, instanceId, since });
  if (!instance.alive) return [problem('silent', 'failed', instance.heartbeat_at)];
  if (!report) {
    const isNew = nowMs - Date.parse(instance.started_at) < FIRST_REPORT_MS;
    return isNew ? [] : [problem('untold', 'note', instance.started_at)];
  }
  const { database, writes, pipeline, bus, identity_provider: provider } = report.checks;
  const found: SystemProblem[] = [];
  if (report.draining) found.push(problem('draining', 'note', null));
  if (database.status !== 'ok') found.push(problem('database', 'failed', database.since));
  else if (writes.status !== 'ok') found.push(problem('writes', 'failed', writes.since));
  if (pipeline.status !== 'ok') found.push(problem('pipeline', 'failed', pipeline.since));
  else if (report.oldest_unannounced_ms > LATE_MS) {
    const since = new Date(nowMs - report.oldest_unannounced_ms).toISOString();
    found.push(problem('behind', 'degraded', since));
  }
  if (bus.status !== 'ok') {
    found.push(problem(report.bus === 'redis' ? 'busRedis' : 'busPostgres', 'degraded', bus.since));
  }
  if (provider.status !== 'ok') found.push(problem('identityProvider', 'degraded', provider.since));
  return found;
};

const versionsOf = (instances: readonly SystemInstance[]): ReadonlySet<string> =>
  new Set(instances.flatMap(({ alive, report }) => (alive && report ? [report.version] : [])));

/** What is wrong with the installation, the worst first. */
export const problemsOf = (state: SystemState): readonly SystemProblem[] => {
  const nowMs = Date.parse(state.at);
  const found = state.instances.flatMap((instance) => ofInstance(instance, nowMs));
  const everywhere = { host: null, instanceId: null, since: null };
  const { connections, max_connections } = state.database;
  if (connections >= max_connections * NEARLY_FULL) {
    found.push({ kind: 'databaseFull', severity: 'degraded', ...everywhere });
  }
  if (versionsOf(state.instances).size > 1) found.push({ kind: 'versions', severity: 'note', ...everywhere });
  return found.sort((a, b) => SEVERITY_ORDER.indexOf(a.severity) - SEVERITY_ORDER.indexOf(b.severity));
};
