import { describe, expect, it } from '@jest/globals';
import { compareTenants, shareOf } from './order';

const row = (name: string, connections: number, messages_sent: number, rejected = 0) => ({
  name,
  tenant_id: name,
  connections,
  max_connections: 10,
  messages_sent,
  rejected,
});
const rows = [row('b', 1, 5), row('a', 1, 5), row('c', 9, 5), row('d', 3, 100, 2)];
const order = (sort: Parameters<typeof compareTenants>[0]) =>
  [...rows]
    .sort(compareTenants(sort))
    .map(({ name }) => name)
    .join('');

describe('The order of clinics', () => {
  it('puts the most first and else goes by name', () => {
    expect(order('load')).toBe('dcab');
    expect(order('full')).toBe('cdab');
    expect(order('rejected')).toBe('dcab');
    expect(order('name')).toBe('abcd');
  });

  it('takes a clinic that may have no connections as full', () => {
    expect(shareOf({ connections: 0, max_connections: 0 })).toBe(1);
    expect(shareOf({ connections: 30, max_connections: 10 })).toBe(1);
    expect(shareOf({ connections: 5, max_connections: 10 })).toBe(0.5);
  });
});
