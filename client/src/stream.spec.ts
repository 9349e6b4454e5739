import fc from 'fast-check';
import type { IncomingEvent, NumberedEvent } from './events.js';
import type { Fault } from './options.js';
import { createStream } from './stream.js';

const EPOCH = 'a history';

const numbered = (seq: number, tenant_id = 'one'): NumberedEvent => ({
  type: 'lab_result',
  seq,
  tenant_id,
  data: {},
});
const frame = (type: string, data: object): IncomingEvent => ({ type, data });

const setUp = (recentEvents = 100) => {
  const heard: IncomingEvent[] = [];
  const faults: Fault['kind'][] = [];
  const breaks: string[] = [];
  let confirmations = 0;
  const stream = createStream(
    {
      event: (event) => void heard.push(event),
      fault: (kind) => void faults.push(kind),
      guard: (run) => run(),
      confirmed: () => {
        confirmations += 1;
      },
      repair: (text) => void breaks.push(text),
    },
    recentEvents,
  );
  const numbers = () => heard.flatMap((event) => ('seq' in event ? [event.seq] : []));
  const types = () => heard.map(({ type }) => type);
  return { stream, heard, faults, breaks, numbers, types, confirmations: () => confirmations };
};

describe('stream', () => {
  it('delivers each number once, whatever repeats, and counts every repeat', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 })), (seqs) => {
        const { stream, numbers, faults } = setUp();
        stream.connected(EPOCH, 0, false);
        for (const seq of seqs) stream.accept(numbered(seq));
        expect(numbers()).toEqual([...new Set(seqs)]);
        expect(numbers().length + faults.length).toBe(seqs.length);
        const firstMissing = Array.from({ length: 32 }, (_, n) => n + 1).find((seq) => !seqs.includes(seq));
        expect(stream.position).toEqual({ epoch: EPOCH, seq: Number(firstMissing) - 1 });
      }),
    );
  });

  it('is replaying until the server says that all has been sent', () => {
    const { stream } = setUp();
    stream.reset({ epoch: EPOCH, seq: 5 });
    stream.connected(EPOCH, 9, true);
    expect(stream.replaying).toBe(true);
    stream.accept(numbered(7));
    expect(stream.replaying).toBe(true);
    stream.accept(frame('resumed', { from: 5, to: 9, count: 1 }));
    expect(stream.replaying).toBe(false);
    expect(stream.position).toEqual({ epoch: EPOCH, seq: 9 });
  });

  it.each([
    ['fewer events than were sent', { from: 5, to: 9, count: 2 }],
    ['more events than were sent', { from: 5, to: 9, count: 0 }],
    ['another position than was asked for', { from: 6, to: 9, count: 1 }],
    ['an end before the beginning', { from: 5, to: 4, count: 1 }],
  ])('breaks a replay of %s, and asks from the same number again', (_, resumed) => {
    const { stream, breaks, types } = setUp();
    stream.reset({ epoch: EPOCH, seq: 5 });
    stream.connected(EPOCH, 9, true);
    stream.accept(numbered(7));
    stream.accept(frame('resumed', resumed));
    expect(breaks).toHaveLength(1);
    expect(types()).toEqual(['lab_result']);
    expect(stream.position).toEqual({ epoch: EPOCH, seq: 5 });
    expect(stream.replaying).toBe(true);
  });

  it.each([
    ['fewer events came than were sent', { seq: 9, count: 2 }],
    ['more events came than were sent', { seq: 9, count: 0 }],
    ['it is complete up to less than before', { seq: 4, count: 1 }],
  ])('breaks when %s', (_, position) => {
    const { stream, breaks, confirmations } = setUp();
    stream.connected(EPOCH, 5, false);
    stream.accept(numbered(7));
    stream.accept(frame('position', position));
    expect(breaks).toHaveLength(1);
    expect(confirmations()).toBe(0);
    expect(stream.position).toEqual({ epoch: EPOCH, seq: 5 });
  });

  it('breaks when a position comes while the end of a replay has not: it was lost', () => {
    const { stream, breaks } = setUp();
    stream.reset({ epoch: EPOCH, seq: 5 });
    stream.connected(EPOCH, 9, true);
    stream.accept(frame('position', { seq: 9, count: 0 }));
    expect(breaks).toHaveLength(1);
    expect(stream.position).toEqual({ epoch: EPOCH, seq: 5 });
  });

  it('is complete up to a position that names as many events as came, over all connections', () => {
    const { stream, breaks, confirmations } = setUp();
    stream.connected(EPOCH, 5, false);
    stream.accept(numbered(7));
    stream.accept(frame('position', { seq: 9, count: 1 }));
    stream.connected(EPOCH, 9, true);
    stream.accept(frame('resumed', { from: 9, to: 12, count: 0 }));
    stream.accept(numbered(15));
    stream.accept(frame('position', { seq: 16, count: 1 }));
    expect(breaks).toEqual([]);
    expect(confirmations()).toBe(2);
    expect(stream.position).toEqual({ epoch: EPOCH, seq: 16 });
  });

  it('does not take a position that comes again for a new one', () => {
    const { stream, faults, breaks, confirmations } = setUp();
    stream.connected(EPOCH, 9, false);
    stream.accept(frame('position', { seq: 12, count: 0 }));
    stream.accept(numbered(13));
    stream.accept(frame('position', { seq: 13, count: 1 }));
    stream.accept(frame('position', { seq: 12, count: 0 }));
    expect(faults).toEqual(['backwards']);
    expect(breaks).toEqual([]);
    expect(confirmations()).toBe(2);
    expect(stream.position).toEqual({ epoch: EPOCH, seq: 13 });
  });

  it('is not muted by one bogus high number', () => {
    const { stream, breaks, numbers } = setUp();
    stream.connected(EPOCH, 5, false);
    stream.accept(numbered(9_000_000_000));
    stream.accept(numbered(6));
    expect(numbers()).toEqual([9_000_000_000, 6]);
    stream.accept(frame('position', { seq: 6, count: 1 }));
    expect(breaks).toHaveLength(1);
    stream.connected(EPOCH, 6, true);
    stream.accept(frame('resumed', { from: 6, to: 6, count: 0 }));
    stream.accept(numbered(7));
    stream.accept(frame('position', { seq: 7, count: 1 }));
    expect(numbers()).toEqual([9_000_000_000, 6, 7]);
    expect(stream.position).toEqual({ epoch: EPOCH, seq: 7 });
  });

  it('begins anew where resync_required says', () => {
    const { stream } = setUp();
    stream.reset({ epoch: 'gone', seq: 500 });
    stream.connected(EPOCH, 9, true);
    stream.accept(frame('resync_required', { reason: 'epoch', seq: 9, epoch: EPOCH }));
    expect(stream.replaying).toBe(false);
    expect(stream.position).toEqual({ epoch: EPOCH, seq: 9 });
    stream.accept(numbered(10));
    expect(stream.position).toEqual({ epoch: EPOCH, seq: 10 });
  });

  describe('followers', () => {
    const follow = (stream: ReturnType<typeof setUp>['stream'], seq: number, epoch = EPOCH) => {
      const told: (number | string)[] = [];
      const stop = stream.follow(
        { seq, epoch },
        {
          event: (event) => void told.push(event.seq),
          position: (at) => void told.push(`to ${at}`),
          resync: () => void told.push('resync'),
        },
      );
      return { told, stop };
    };

    it('get each event after their position once, of the past and live', () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }), (before, from) => {
          const { stream } = setUp();
          stream.connected(EPOCH, 0, false);
          for (let seq = 1; seq <= before; seq += 1) stream.accept(numbered(seq));
          const { told } = follow(stream, from);
          for (let seq = before + 1; seq <= 25; seq += 1) stream.accept(numbered(seq));
          expect(told.filter((one) => typeof one === 'number')).toEqual(
            Array.from({ length: 25 - from }, (_, index) => from + 1 + index),
          );
        }),
      );
    });

    it('wait for the first connection and are then judged by it', () => {
      const { stream } = setUp();
      const level = follow(stream, 9);
      const behind = follow(stream, 8);
      const foreign = follow(stream, 9, 'another history');
      expect(level.told).toEqual([]);
      stream.connected(EPOCH, 9, false);
      expect(level.told).toEqual(['to 9']);
      expect(behind.told).toEqual(['resync']);
      expect(foreign.told).toEqual(['resync']);
    });

    it('have to load again when the events after their position are forgotten', () => {
      const { stream } = setUp(10);
      stream.connected(EPOCH, 0, false);
      for (let seq = 1; seq <= 25; seq += 1) stream.accept(numbered(seq));
      expect(follow(stream, 1).told).toEqual(['resync']);
      expect(follow(stream, 15).told).toHaveLength(11);
    });

    it('are told how far they are complete, also where numbers are skipped', () => {
      const { stream } = setUp();
      stream.connected(EPOCH, 5, false);
      const { told, stop } = follow(stream, 7);
      stream.accept(frame('position', { seq: 6, count: 0 }));
      stream.accept(frame('position', { seq: 8, count: 0 }));
      stop();
      stream.accept(frame('position', { seq: 9, count: 0 }));
      expect(told).toEqual(['to 8']);
    });

    it('are all sent to load again by resync_required, and told nothing more', () => {
      const { stream } = setUp();
      stream.connected(EPOCH, 5, false);
      const { told } = follow(stream, 5);
      stream.accept(frame('resync_required', { reason: 'retention', seq: 50, epoch: EPOCH }));
      stream.accept(numbered(51));
      expect(told).toEqual(['to 5', 'resync']);
    });
  });

  describe('of a super admin', () => {
    const standing = (entries: Record<string, number>) => new Map(Object.entries(entries));

    it('begins where all tenants stand', () => {
      const { stream, types } = setUp();
      stream.connected(EPOCH, null, false);
      expect(stream.replaying).toBe(true);
      expect(stream.resumeAt(EPOCH, standing({ a: 3, b: 7 }))).toEqual({});
      expect(stream.replaying).toBe(false);
      stream.accept(numbered(4, 'a'));
      stream.accept(numbered(8, 'b'));
      expect(stream.position).toEqual({ epoch: EPOCH, seq: { a: 4, b: 8 } });
      expect(types()).toEqual(['lab_result', 'lab_result']);
    });

    it('asks for those that moved on and those that are new, and for nobody else', () => {
      const { stream } = setUp();
      stream.reset({ epoch: EPOCH, seq: { still: 3, moved: 7, deleted: 1 } });
      stream.connected(EPOCH, null, true);
      expect(stream.resumeAt(EPOCH, standing({ still: 3, moved: 9, fresh: 2 }))).toEqual({
        moved: 7,
        fresh: 0,
      });
      expect(stream.replaying).toBe(true);
      stream.accept(numbered(8, 'moved'));
      stream.accept(frame('resumed', { from: 7, to: 9, count: 1, tenant_id: 'moved' }));
      stream.accept(frame('resumed', { from: 0, to: 2, count: 0, tenant_id: 'fresh' }));
      expect(stream.replaying).toBe(false);
      expect(stream.position).toEqual({ epoch: EPOCH, seq: { still: 3, moved: 9, fresh: 2 } });
    });

    it('says for each tenant that the history was replaced', () => {
      const { stream, types } = setUp();
      stream.reset({ epoch: 'gone', seq: { a: 3, b: 7 } });
      stream.connected(EPOCH, null, true);
      expect(stream.resumeAt(EPOCH, standing({ a: 1, b: 2 }))).toEqual({});
      expect(types()).toEqual(['resync_required', 'resync_required']);
      expect(stream.position).toEqual({ epoch: EPOCH, seq: { a: 1, b: 2 } });
    });

    it('asks for as many tenants as a message can hold and says the others', () => {
      const { stream, types } = setUp();
      const seqs = (seq: number) =>
        Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`t${n}`, seq]));
      stream.reset({ epoch: EPOCH, seq: seqs(1) });
      stream.connected(EPOCH, null, true);
      expect(Object.keys(stream.resumeAt(EPOCH, standing(seqs(2))))).toHaveLength(1_000);
      expect(types()).toEqual(['resync_required']);
    });
  });
});
