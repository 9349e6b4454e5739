import { describe, expect, it } from '@jest/globals';
import { effectiveOf, forecast } from './forecast';

const none = { max_connections: null, max_connections_per_user: null, max_messages_per_minute: null };
const usage = { default_max_connections: 100, default_max_connections_per_user: 20 };

/** Sockets of these people, the oldest first. */
const sockets = (...users: string[]) =>
  users.map((user_id, index) => ({
    id: String(index),
    user_id,
    connected_at: new Date(index * 1_000).toISOString(),
  }));

describe('What holds', () => {
  it('is the limit, else the default, and never more than the ceiling', () => {
    expect(effectiveOf(none, none, usage)).toEqual({ tenantMax: 100, userMax: 20 });
    expect(effectiveOf({ ...none, max_connections: 0 }, none, usage).tenantMax).toBe(0);
    expect(effectiveOf(none, { ...none, max_connections: 20 }, usage).tenantMax).toBe(20);
    expect(effectiveOf(none, { ...none, max_connections_per_user: 2 }, usage).userMax).toBe(2);
    expect(
      effectiveOf({ ...none, max_connections_per_user: 5 }, { ...none, max_connections_per_user: 2 }, usage)
        .userMax,
    ).toBe(2);
  });
});

describe('What would happen', () => {
  it('is nothing within the limits', () => {
    expect(forecast(sockets('a', 'a', 'b'), { tenantMax: 3, userMax: 2 })).toEqual({
      open: 3,
      above: 0,
      mostOfOne: 2,
    });
    expect(forecast([], { tenantMax: 0, userMax: 1 })).toEqual({ open: 0, above: 0, mostOfOne: 0 });
  });

  it('counts those above the limit of a person, whose place others then have', () => {
    expect(forecast(sockets('a', 'a', 'a', 'b', 'c'), { tenantMax: 3, userMax: 1 }).above).toBe(2);
    expect(forecast(sockets('a', 'a', 'a', 'b', 'c'), { tenantMax: 2, userMax: 1 }).above).toBe(3);
    expect(forecast(sockets('a', 'a', 'a', 'b', 'c'), { tenantMax: 100, userMax: 2 }).above).toBe(1);
  });

  it('counts those above the limit of the clinic', () => {
    expect(forecast(sockets('a', 'b', 'c'), { tenantMax: 2, userMax: 20 }).above).toBe(1);
    expect(forecast(sockets('a', 'b', 'c'), { tenantMax: 0, userMax: 20 }).above).toBe(3);
  });
});
