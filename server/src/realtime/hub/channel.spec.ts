import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { work } from '../../../../test/support/busy.js';
import type { LogEvent } from '../../database/log-event.js';
import { Channel } from './channel.js';
import { FlushQueue } from './flush-queue.js';
import { pause } from './pause.js';

const unused = (): never => {
  throw new Error('nothing is missing here');
};

/** A tenant's stream whose flushes take so long, without a log: each event is announced in its turn. */
class Writing {
  /** How many events each flush wrote. */
  readonly flushes: number[] = [];
  readonly channel: Channel;
  #seq = 0;

  constructor(queue: FlushQueue, flushMs: number) {
    this.channel = new Channel(randomUUID(), 0, {
      deliver: (_, entries) => {
        this.flushes.push(entries.length);
        work(flushMs);
      },
      flushes: queue,
      advanced: () => undefined,
      ringBytes: () => 1_000_000,
      log: { databaseMs: Date.now, readAfter: unused, head: unused, pageAfter: unused },
      reset: unused,
      logRewritten: unused,
      repairing: unused,
      contradicted: unused,
      failed: unused,
    });
  }

  happens(): void {
    const event: LogEvent = {
      tenantId: this.channel.tenantId,
      seq: ++this.#seq,
      id: randomUUID(),
      type: 'task_updated',
      data: '{}',
      audience: null,
      timestamp: new Date(),
      actorId: null,
    };
    this.channel.offer([event]);
  }

  get written(): number {
    return this.flushes.reduce((sum, events) => sum + events, 0);
  }
}

describe('the writing of a channel', () => {
  let channels: Channel[] = [];
  afterEach(() => {
    for (const channel of channels) channel.close();
    channels = [];
  });
  const writing = (queue: FlushQueue, flushMs: number): Writing => {
    const made = new Writing(queue, flushMs);
    channels.push(made.channel);
    return made;
  };

  it('waits for nothing while the process has little to write, however much others wrote before', async () => {
    const queue = new FlushQueue();
    const [own, other] = [writing(queue, 0), writing(queue, 5)];
    own.happens();
    other.happens();
    await pause(100);
    for (let event = 2; event <= 5; event++) {
      own.happens();
      expect(own.written).toBe(event);
      await pause(5);
    }
  });

  it('leaves others room when all tenants together would write all of the time, and loses nothing', async () => {
    const queue = new FlushQueue();
    const all = Array.from({ length: 20 }, () => writing(queue, 4));
    const startMs = performance.now();
    let events = 0;
    // 20 tenants × 4 ms would be 80 ms of work every 10 ms
    while (performance.now() - startMs < 1_500) {
      for (const each of all) each.happens();
      events++;
      await pause(10);
    }
    const tookMs = performance.now() - startMs;
    // 0.8 on a machine with nothing else to do; whatever interrupts a flush counts as part of it
    expect(queue.spentMs / tookMs).toBeLessThan(0.96);
    while (all.some(({ written }) => written < events)) await pause(10);
    expect(all.map(({ written }) => written)).toEqual(all.map(() => events));
    const flushes = all.reduce((sum, each) => sum + each.flushes.length, 0);
    expect((all.length * events) / flushes).toBeGreaterThan(2);
  });
});
