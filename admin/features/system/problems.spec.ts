import { describe, expect, it } from '@jest/globals';
import type { InstanceReport, SystemInstance, SystemState } from '@wardbell/contract';
import { problemsOf } from './problems';

const at = '2026-01-15T10:00:00.000Z';
const earlier = '2026-01-15T09:00:00.000Z';
const OK = { status: 'ok', since: earlier } as const;
const FAILED = { status: 'failed', since: '2026-01-15T09:59:00.000Z', reason: 'no answer' } as const;

const CHECKS = { database: OK, writes: OK, pipeline: OK, bus: OK, identity_provider: OK };

const report = (change: Partial<InstanceReport> = {}): InstanceReport => ({
  version: '1.0.0',
  status: 'healthy',
  since: earlier,
  draining: false,
  bus: 'postgres',
  oldest_unannounced_ms: 0,
  lagging: 0,
  checks: CHECKS,
  ...change,
});
const instance = (host: string, change: Partial<SystemInstance> = {}): SystemInstance => ({
  id: host,
  host,
  started_at: earlier,
  heartbeat_at: at,
  alive: true,
  answering: false,
  connections: 1,
  report: report(),
  ...change,
});
const state = (instances: SystemInstance[], connections = 10): SystemState => ({
  at,
  instances,
  database: {
    version: '17.2',
    started_at: earlier,
    size_bytes: 1,
    connections,
    max_connections: 100,
    answer_ms: 1,
  },
});
const kinds = (...instances: SystemInstance[]) => problemsOf(state(instances)).map(({ kind }) => kind);

describe('What is wrong', () => {
  it('is nothing while all is well', () => {
    expect(problemsOf(state([instance('a'), instance('b')]))).toEqual([]);
  });

  it('of a silent instance is only that, whatever it said last', () => {
    const last = report({ checks: { ...CHECKS, pipeline: FAILED } });
    expect(problemsOf(state([instance('a', { alive: false, heartbeat_at: earlier, report: last })]))).toEqual(
      [{ kind: 'silent', severity: 'failed', host: 'a', instanceId: 'a', since: earlier }],
    );
  });

  it('says since when, and puts the worst first', () => {
    const bus = { status: 'degraded', since: earlier } as const;
    const sick = report({ bus: 'redis', checks: { ...CHECKS, bus } });
    const stuck = report({
      oldest_unannounced_ms: 60_000,
      checks: { ...CHECKS, pipeline: FAILED },
    });
    expect(problemsOf(state([instance('a', { report: sick }), instance('b', { report: stuck })]))).toEqual([
      { kind: 'pipeline', severity: 'failed', host: 'b', instanceId: 'b', since: FAILED.since },
      { kind: 'busRedis', severity: 'degraded', host: 'a', instanceId: 'a', since: earlier },
    ]);
    expect(kinds(instance('a', { report: { ...sick, bus: 'postgres' } }))).toEqual(['busPostgres']);
  });

  it('counts an instance as late when events are long on their way', () => {
    const [late] = problemsOf(state([instance('a', { report: report({ oldest_unannounced_ms: 5_000 }) })]));
    expect(late).toMatchObject({ kind: 'behind', severity: 'degraded', since: '2026-01-15T09:59:55.000Z' });
    expect(kinds(instance('a', { report: report({ oldest_unannounced_ms: 900 }) }))).toEqual([]);
  });

  it('notes deployments: leaving, not yet told, other versions', () => {
    expect(kinds(instance('a', { report: report({ draining: true }) }))).toEqual(['draining']);
    expect(kinds(instance('a', { report: null }))).toEqual(['untold']);
    expect(kinds(instance('a', { report: null, started_at: '2026-01-15T09:59:50.000Z' }))).toEqual([]);
    expect(kinds(instance('a'), instance('b', { report: report({ version: '1.0.1' }) }))).toEqual([
      'versions',
    ]);
  });

  it('warns before the database has no connection left', () => {
    expect(problemsOf(state([], 89))).toEqual([]);
    expect(problemsOf(state([], 90)).map(({ kind }) => kind)).toEqual(['databaseFull']);
  });
});
