import type { UsageRow } from '@wardbell/contract';

export const SORTS = ['load', 'full', 'rejected', 'name'] as const;
export type Sort = (typeof SORTS)[number];

type Figures = Pick<
  UsageRow,
  'name' | 'tenant_id' | 'connections' | 'max_connections' | 'messages_sent' | 'rejected'
>;

/** How much of its limit a clinic uses, 0 to 1; a clinic that may have none is full. */
export const shareOf = ({
  connections,
  max_connections,
}: Pick<Figures, 'connections' | 'max_connections'>): number =>
  max_connections === 0 ? 1 : Math.min(1, connections / max_connections);

const byName = (a: Figures, b: Figures): number =>
  a.name.localeCompare(b.name) || (a.tenant_id < b.tenant_id ? -1 : 1);

const MEASURES: Record<Sort, readonly ((row: Figures) => number)[]> = {
  load: [(row) => row.messages_sent, (row) => row.connections],
  full: [shareOf, (row) => row.connections],
  rejected: [(row) => row.rejected, shareOf],
  name: [],
};

/** The most first, then by name, so that those without a difference keep their place. */
export const compareTenants =
  (sort: Sort) =>
  (a: Figures, b: Figures): number => {
    for (const measure of MEASURES[sort]) {
      const difference = measure(b) - measure(a);
      if (difference !== 0) return difference;
    }
    return byName(a, b);
  };
