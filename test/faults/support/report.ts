import type { Finding } from './oracle.js';
import type { RunResult } from './run.js';
import { FAULT_KINDS } from './schedule.js';

/** Findings that are shown of a failed run; the rest is counted. */
const SHOWN_FINDINGS = 20;

const KINDS: readonly Finding['kind'][] = [
  'lost',
  'repeated',
  'foreign',
  'altered',
  'stale',
  'limit',
  'unavailable',
];

/** How many of the values are below it, in the unit of the values. */
export const percentile = (values: readonly number[], part: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

export const HEADINGS = [
  'seed',
  'faults',
  'events',
  'clients',
  'delivered',
  'webhooks',
  'broker',
  'notices',
  'late p99',
  ...KINDS,
  'resyncs',
  'losses of connection',
  'recovery p50',
  'p99',
];

/** A run as a row of the table. */
export const rowOf = ({
  seed,
  faults,
  events,
  clients,
  delivered,
  webhookDeliveries,
  brokerMessages,
  notices,
  latenessMs,
  findings,
  resyncs,
  recoveriesMs,
}: RunResult): string[] => [
  String(seed),
  String([...faults.values()].reduce((sum, count) => sum + count, 0)),
  String(events),
  String(clients),
  String(delivered),
  String(webhookDeliveries),
  String(brokerMessages),
  String(notices),
  seconds(percentile(latenessMs, 0.99)),
  ...KINDS.map((kind) => String(findings.filter((finding) => finding.kind === kind).length)),
  String([...resyncs.values()].reduce((sum, count) => sum + count, 0)),
  String(recoveriesMs.length),
  seconds(percentile(recoveriesMs, 0.5)),
  seconds(percentile(recoveriesMs, 0.99)),
];

/** A table row in Markdown. */
export const markdownRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Which faults happened how often. */
export const faultsOf = ({ faults }: Pick<RunResult, 'faults'>): string =>
  FAULT_KINDS.map((kind) => `${kind} ${faults.get(kind) ?? 0}`).join(', ');

/** What was found, one line each. */
export const findingsOf = ({ findings }: Pick<RunResult, 'findings'>): string[] => {
  const lines = findings.slice(0, SHOWN_FINDINGS).map(({ kind, text }) => `${kind}: ${text}`);
  const rest = findings.length - lines.length;
  return rest > 0 ? [...lines, `… and ${rest} more`] : lines;
};
