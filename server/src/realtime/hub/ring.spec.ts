import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Entry } from './entry.js';
import { Ring } from './ring.js';

const PLENTY = 1_000_000_000;
const entry = (seq: number) =>
  new Entry({
    tenantId: '00000000-0000-4000-8000-000000000001',
    seq,
    id: '00000000-0000-4000-8000-000000000002',
    type: 'task_updated',
    data: JSON.stringify({ seq }),
    audience: null,
    timestamp: new Date(0),
    actorId: null,
  });
const seqs = (entries: readonly Entry[] | undefined) => entries?.map(({ seq }) => seq);

describe('the ring', () => {
  it('answers every number after a position, or says that it does not reach back that far', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 200 }),
        fc.nat(250),
        (maxEntries, pushed, since) => {
          const ring = new Ring(maxEntries);
          for (let seq = 1; seq <= pushed; seq++) ring.push(entry(seq), PLENTY);
          const after = ring.after(since, PLENTY);
          if (ring.first === undefined || since < ring.first - 1) expect(after).toBeUndefined();
          else
            expect(seqs(after)).toEqual(
              Array.from({ length: Math.max(0, pushed - since) }, (_, at) => since + at + 1),
            );
          expect(ring.size).toBeLessThanOrEqual(maxEntries * 1.25 + 1);
        },
      ),
    );
  });

  it('keeps to its bytes but always holds the newest event', () => {
    const ring = new Ring(1_000);
    for (let seq = 1; seq <= 500; seq++) ring.push(entry(seq), 10 * entry(1).memoryBytes);
    expect(ring.size).toBeLessThanOrEqual(14);
    expect(seqs(ring.after(499, 10))).toEqual([500]);
    const tiny = new Ring(1_000);
    tiny.push(entry(7), 1);
    expect(seqs(tiny.after(6, 10))).toEqual([7]);
  });
});
