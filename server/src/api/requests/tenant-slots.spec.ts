import { describe, expect, it } from '@jest/globals';
import { TenantSlots } from './tenant-slots.js';

describe('Slots for large work', () => {
  it('are bounded for one tenant, so that the others have theirs', () => {
    const slots = new TenantSlots(2, 3);
    slots.take('a');
    slots.take('a');
    expect(() => slots.take('a')).toThrow(expect.objectContaining({ code: 'busy' }));
    slots.take('b');
    expect(() => slots.take('c')).toThrow(expect.objectContaining({ code: 'busy' }));
  });

  it('come back once, however often they are given back', () => {
    const slots = new TenantSlots(1, 1);
    const release = slots.take('a');
    release();
    slots.take('a');
    release();
    expect(() => slots.take('b')).toThrow(expect.objectContaining({ code: 'busy' }));
  });
});
