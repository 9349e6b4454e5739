import { describe, expect, it } from '@jest/globals';
import { NO_LIMITS } from '@wardbell/contract';
import { Problem } from '../../platform/errors/problem.js';
import { changedLimits } from './limits.js';

describe('Limits', () => {
  it('keep what is not requested for', () => {
    expect(
      changedLimits({ ...NO_LIMITS, max_connections: 5 }, { max_messages_per_minute: 9 }, NO_LIMITS),
    ).toEqual({
      max_connections: 5,
      max_connections_per_user: null,
      max_messages_per_minute: 9,
    });
  });

  it('reach up to their ceiling and not above', () => {
    const ceilings = { ...NO_LIMITS, max_connections: 10 };
    expect(changedLimits(NO_LIMITS, { max_connections: 10 }, ceilings).max_connections).toBe(10);
    expect(() => changedLimits(NO_LIMITS, { max_connections: 11 }, ceilings)).toThrow(Problem);
    expect(
      changedLimits(NO_LIMITS, { max_connections: 0 }, { ...NO_LIMITS, max_connections: 0 }).max_connections,
    ).toBe(0);
  });

  it('go down with a ceiling', () => {
    const current = { ...NO_LIMITS, max_connections: 50, max_connections_per_user: 3 };
    expect(
      changedLimits(current, {}, { ...NO_LIMITS, max_connections: 20, max_connections_per_user: 5 }),
    ).toEqual({
      max_connections: 20,
      max_connections_per_user: 3,
      max_messages_per_minute: null,
    });
  });

  it('may be lifted: without one the ceiling itself holds', () => {
    const ceilings = { ...NO_LIMITS, max_connections: 10 };
    expect(changedLimits({ ...NO_LIMITS, max_connections: 5 }, { max_connections: null }, ceilings)).toEqual(
      NO_LIMITS,
    );
  });
});
