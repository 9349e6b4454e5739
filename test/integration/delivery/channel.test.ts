import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LogEvent } from '../../../server/src/database/log-event.js';
import type { RelayPool } from '../../../server/src/database/pools.js';
import { Metrics } from '../../../server/src/platform/metrics/metrics.js';
import { Channel, type ResetReason } from '../../../server/src/realtime/hub/channel.js';
import type { Entry } from '../../../server/src/realtime/hub/entry.js';
import { FlushQueue } from '../../../server/src/realtime/hub/flush-queue.js';
import { StreamLog } from '../../../server/src/realtime/hub/stream-log.js';
import { LogReader } from '../../../server/src/realtime/outbox/log-reader.js';
import { openRelay } from '../../cluster/support/buses.js';
import { database, useDatabase } from '../../support/fixture.js';
import { eventually } from '../../support/wait.js';
import { Clinic, numbers } from './support/clinic.js';

/** A channel on the real log, and what came out of it. */
class Listening {
  readonly entries: Entry[] = [];
  readonly seqs: number[] = [];
  readonly resets: { reason: ResetReason; seq: number }[] = [];
  failures = 0;
  readonly channel: Channel;

  constructor(
    reader: LogReader,
    readonly clinic: Clinic,
    seq = 0,
  ) {
    const log = new StreamLog(reader);
    this.channel = new Channel(clinic.id, seq, {
      log,
      deliver: (_, entries) => {
        this.entries.push(...entries);
        this.seqs.push(...entries.map((entry) => entry.seq));
      },
      advanced: () => undefined,
      reset: (channel, reason) => {
        log.forget();
        this.resets.push({ reason, seq: channel.flushed });
      },
      logRewritten: () => undefined,
      repairing: () => undefined,
      contradicted: () => undefined,
      failed: () => {
        this.failures++;
      },
      flushes: new FlushQueue(),
      ringBytes: () => 1_000_000,
    });
  }

  async reaches(seq: number): Promise<void> {
    await eventually(() => this.channel.flushed >= seq, { what: `the channel at ${seq}` });
  }
}

useDatabase();

describe('a channel', () => {
  let relay: RelayPool;
  let reader: LogReader;
  const metrics = new Metrics();
  const open: Channel[] = [];
  beforeAll(async () => {
    relay = await openRelay(database);
    reader = new LogReader(relay, metrics);
  });
  afterAll(async () => {
    for (const channel of open) channel.close();
    await relay.onApplicationShutdown();
  });

  const listen = (clinic: Clinic, seq?: number): Listening => {
    const listening = new Listening(reader, clinic, seq);
    open.push(listening.channel);
    return listening;
  };
  const logOf = async (count: number): Promise<{ clinic: Clinic; events: LogEvent[] }> => {
    const clinic = await Clinic.create(database);
    await clinic.emit(count);
    return { clinic, events: await reader.readSince(clinic.id, 0, count) };
  };

  it('brings every number once and in order, whatever announcements are lost, repeated, late or early', async () => {
    const size = 60;
    const { clinic, events } = await logOf(size);
    const announcement = fc.oneof(
      fc.record({ offer: fc.array(fc.integer({ min: 1, max: size }), { maxLength: 8 }) }),
      fc.record({ head: fc.integer({ min: 0, max: size }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(announcement, { maxLength: 30 }), async (announcements) => {
        const { channel, seqs, resets, reaches } = bind(listen(clinic));
        for (const said of announcements) {
          if ('head' in said) channel.catchUpTo(said.head);
          else channel.offer(said.offer.flatMap((seq) => events[seq - 1] ?? []));
        }
        channel.catchUpTo(size); // the sweep, at last
        await reaches(size);
        expect(seqs).toEqual(numbers(1, size));
        expect(resets).toEqual([]);
        channel.close();
      }),
      { numRuns: 60 },
    );
  });

  it('of many tenants are read together, each gets its own', async () => {
    const logs = await Promise.all(Array.from({ length: 40 }, () => logOf(20)));
    const reads = async () => (await metrics.logReads.get()).values[0]?.value ?? 0;
    const before = await reads();
    const listenings = logs.map(({ clinic }) => bind(listen(clinic)));
    for (const { channel } of listenings) channel.catchUpTo(20);
    for (const { reaches } of listenings) await reaches(20);
    for (const { seqs } of listenings) expect(seqs).toEqual(numbers(1, 20));
    for (const [at, { channel, entries }] of listenings.entries()) {
      expect(new Set(entries.map(({ tenantId }) => tenantId))).toEqual(new Set([channel.tenantId]));
      const frames = entries.map((entry) => entry.frame('clinical').toString());
      for (const [index, { id }] of (logs[at]?.events ?? []).entries()) expect(frames[index]).toContain(id);
    }
    expect((await reads()) - before).toBeLessThan(10);
  });

  it('reads a log of many pages that nobody announced', async () => {
    const { clinic } = await logOf(2_000);
    const { channel, seqs, reaches } = bind(listen(clinic));
    channel.catchUpTo(2_000);
    await reaches(2_000);
    expect(seqs).toEqual(numbers(1, 2_000));
  });

  it.each([1_000_000_000, 3.5, Number.MAX_VALUE])(
    'loses nothing to a head notice that says a number that does not exist (%d)',
    async (said) => {
      const { clinic } = await logOf(3);
      const { channel, seqs, resets, reaches } = bind(listen(clinic, 3));
      channel.catchUpTo(said);
      await eventually(() => channel.behindMs() === 0, { what: 'the channel level again' });
      expect(channel.stuckMs()).toBe(0);
      await clinic.emit(2);
      channel.catchUpTo(5);
      await reaches(5);
      expect(seqs).toEqual([4, 5]);
      expect(resets).toEqual([]);
    },
  );

  it('finds events that commit while it doubts a number that does not exist', async () => {
    const { clinic } = await logOf(1);
    const { channel, seqs, resets, reaches } = bind(listen(clinic, 1));
    for (let round = 0; round < 30; round++) {
      channel.catchUpTo(1_000 + round);
      await clinic.emit(1);
      channel.catchUpTo(2 + round);
    }
    await reaches(31);
    expect(seqs).toEqual(numbers(2, 31));
    expect(resets).toEqual([]);
  });

  it('starts anew behind a part of the log that is gone, and says so once', async () => {
    const { clinic } = await logOf(1_500);
    await clinic.forgetUpTo(700);
    const { channel, seqs, resets, reaches } = bind(listen(clinic, 5));
    channel.catchUpTo(1_500);
    await reaches(1_500);
    expect(resets).toEqual([{ reason: 'retention', seq: 700 }]);
    expect(seqs).toEqual(numbers(701, 1_500));
  });

  it('starts anew at the head when nothing of the log is left', async () => {
    const { clinic } = await logOf(10);
    await clinic.forgetUpTo(10);
    const { channel, seqs, resets, reaches } = bind(listen(clinic, 4));
    channel.catchUpTo(10);
    await reaches(10);
    expect(resets).toEqual([{ reason: 'retention', seq: 10 }]);
    await clinic.emit();
    channel.catchUpTo(11);
    await reaches(11);
    expect(seqs).toEqual([11]);
  });

  it('does not use what it was reading when its history was replaced', async () => {
    const { clinic } = await logOf(600);
    const { channel, seqs, resets, reaches } = bind(listen(clinic));
    channel.catchUpTo(600); // the read is under way
    channel.restart(590, 'epoch');
    channel.catchUpTo(600);
    await reaches(600);
    expect(resets).toEqual([{ reason: 'epoch', seq: 590 }]);
    expect(seqs).toEqual(numbers(591, 600));
  });

  it('is behind while the log cannot be read, and catches up when it can', async () => {
    const { clinic } = await logOf(5);
    const listening = listen(clinic);
    const { channel, seqs, reaches } = bind(listening);
    await database.query('REVOKE SELECT ON wardbell.outbox FROM wardbell_relay');
    channel.catchUpTo(5);
    await eventually(() => listening.failures >= 2, { what: 'two attempts' });
    expect(channel.stuckMs()).toBeGreaterThan(200);
    expect(channel.behindMs()).toBeGreaterThan(200);
    await database.query('GRANT SELECT ON wardbell.outbox TO wardbell_relay');
    await reaches(5);
    expect(seqs).toEqual(numbers(1, 5));
    expect(channel.stuckMs()).toBe(0);
  });

  describe('serves those who were away', () => {
    it('from any number of a long log, in pages without a hole', async () => {
      const { clinic } = await logOf(3_000);
      const { channel, reaches } = bind(listen(clinic));
      channel.catchUpTo(3_000);
      await reaches(3_000);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: 2_999 }), async (since) => {
          const page = await channel.page(since);
          expect(page?.map(({ seq }) => seq)).toEqual(numbers(since + 1, since + (page?.length ?? 0)));
          expect(page?.length).toBeGreaterThan(0);
        }),
        { numRuns: 200 },
      );
    });

    it('with nothing when the log has lost what they need', async () => {
      const { clinic } = await logOf(50);
      await clinic.forgetUpTo(20);
      const { channel } = bind(listen(clinic, 50));
      expect(await channel.page(19)).toEqual([]);
      expect((await channel.page(20))?.map(({ seq }) => seq)).toEqual(numbers(21, 50));
    });

    it('with events that committed after the page was read that they share', async () => {
      const { clinic } = await logOf(10);
      const first = bind(listen(clinic, 10));
      expect(await first.channel.page(9)).toHaveLength(1);
      await clinic.emit(5);
      first.channel.catchUpTo(15);
      await first.reaches(15);
      // the ring holds 11 to 15 alone: what is before comes from the shared page, what it lacks from the ring
      const seen: number[] = [];
      for (let since = 4; since < 15; since = seen.at(-1) ?? 15)
        seen.push(...((await first.channel.page(since)) ?? []).map(({ seq }) => seq));
      expect(seen).toEqual(numbers(5, 15));
    });
  });
});

/** Methods that can be taken out of their object. */
const bind = (listening: Listening) => ({
  channel: listening.channel,
  entries: listening.entries,
  seqs: listening.seqs,
  resets: listening.resets,
  reaches: (seq: number) => listening.reaches(seq),
});
