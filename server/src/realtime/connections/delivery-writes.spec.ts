import { describe, expect, it } from '@jest/globals';
import { DeliveryWrites } from './delivery-writes.js';

describe('Ranges of what was written', () => {
  it('are one for flushes that follow each other within 0.2 s', () => {
    const writes = new DeliveryWrites();
    writes.add('a', 1, 3, 1_000);
    writes.add('a', 4, 4, 1_100);
    writes.add('b', 9, 9, 1_100);
    writes.add('a', 5, 5, 1_250);
    expect(writes.take()).toEqual([
      { tenantId: 'a', from: 1, to: 4, fromMs: 1_000, toMs: 1_100 },
      { tenantId: 'a', from: 5, to: 5, fromMs: 1_250, toMs: 1_250 },
      { tenantId: 'b', from: 9, to: 9, fromMs: 1_100, toMs: 1_100 },
    ]);
    expect(writes.take()).toEqual([]);
  });

  it('have no numbers in them that were not written', () => {
    const writes = new DeliveryWrites();
    writes.add('a', 1, 3, 1_000);
    writes.add('a', 5, 5, 1_001);
    expect(writes.take().map(({ from, to }) => [from, to])).toEqual([
      [1, 3],
      [5, 5],
    ]);
  });

  it('stay few, and lose the oldest, while the database does not take them', () => {
    const writes = new DeliveryWrites();
    for (let seq = 1; seq <= 500; seq++) writes.add('a', seq, seq, seq * 1_000);
    expect(writes.take()).toHaveLength(64);
    // with holes: they cannot be one range
    for (let seq = 1; seq <= 500; seq++) writes.add('a', seq * 2, seq * 2, seq * 1_000);
    const kept = writes.take();
    expect([kept.length, kept.at(-1)?.to]).toEqual([64, 1_000]);
  });

  it('keep their order and their times when they are put back', () => {
    const writes = new DeliveryWrites();
    writes.add('a', 1, 3, 1_000);
    const taken = writes.take();
    writes.add('a', 4, 6, 5_000);
    writes.putBack(taken);
    expect(writes.take()).toEqual([
      { tenantId: 'a', from: 1, to: 3, fromMs: 1_000, toMs: 1_000 },
      { tenantId: 'a', from: 4, to: 6, fromMs: 5_000, toMs: 5_000 },
    ]);
  });
});
