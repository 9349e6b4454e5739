import type { UsageRow } from '@wardbell/contract';

/** What clinics are compared by. */
export const MEASURES = ['connections', 'share', 'messages', 'rejected'] as const;
export type Measure = (typeof MEASURES)[number];

/** More than these nobody compares at a glance. */
const MAX_SHOWN = 15;

const READ: Readonly<Record<Measure, (row: UsageRow) => number>> = {
  connections: (row) => row.connections,
  /** Of what the clinic is allowed. */
  share: (row) => (row.max_connections === 0 ? 0 : row.connections / row.max_connections),
  /** Of the last full minute: the one that runs is not over. */
  messages: (row) => (row.messages_per_minute.at(-2) ?? 0) / 60,
  rejected: (row) => row.rejected,
};

export interface Compared {
  readonly row: UsageRow;
  readonly value: number;
  /** Of the scale that all share, 0 to 1. */
  readonly length: number;
}

/** The clinics with the most of a measure, all on one scale: shares reach to what is allowed, others to the greatest. */
export const compareTenants = (rows: readonly UsageRow[], measure: Measure): readonly Compared[] => {
  const valued = rows
    .map((row) => ({ row, value: READ[measure](row) }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value || a.row.name.localeCompare(b.row.name))
    .slice(0, MAX_SHOWN);
  const top = measure === 'share' ? 1 : Math.max(...valued.map(({ value }) => value));
  return valued.map((each) => ({ ...each, length: Math.min(1, each.value / top) }));
};
