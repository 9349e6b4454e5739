import type { UsageRow } from '@wardbell/contract';
import { compareTenants } from './compare';

const row = (name: string, fields: Partial<UsageRow> = {}): UsageRow => ({
  tenant_id: name,
  name,
  slug: name,
  status: 'active',
  connections: 0,
  max_connections: 100,
  peak_connections: 0,
  rejected: 0,
  messages_sent: 0,
  messages_per_minute: [0, 0],
  ...fields,
});
const rows = [
  row('small', { connections: 10, max_connections: 10, messages_per_minute: [60, 600] }),
  row('large', { connections: 40, max_connections: 100 }),
  row('idle'),
];
const shown = (measure: Parameters<typeof compareTenants>[1]) =>
  compareTenants(rows, measure).map((each) => [each.row.name, each.value, each.length]);

describe('Clinics beside each other', () => {
  it('stand on one scale, the greatest first, without those that have nothing', () => {
    expect(shown('connections')).toEqual([
      ['large', 40, 1],
      ['small', 10, 0.25],
    ]);
    expect(shown('rejected')).toEqual([]);
  });

  it('are measured against what each is allowed, and by the last minute that is over', () => {
    expect(shown('share')).toEqual([
      ['small', 1, 1],
      ['large', 0.4, 0.4],
    ]);
    expect(shown('messages')).toEqual([['small', 1, 1]]);
  });

  it('are no more than one can compare', () => {
    const many = Array.from({ length: 40 }, (_, n) => row(`c${n}`, { connections: n }));
    expect(compareTenants(many, 'connections')).toHaveLength(15);
  });
});
