import { describe, expect, it } from '@jest/globals';
import { database, server, startAnother, useServer } from '../../support/fixture.js';
import type { RunningServer } from '../../support/server.js';
import { eventually } from '../../support/wait.js';
import { scrape } from '../ws/scrape.js';
import { Clinic, numbers } from './support/clinic.js';
import { Receiver } from './support/receiver.js';

useServer({ env: { MAX_WEBSOCKET_CONNECTIONS_PER_TENANT: '5000' } });

describe('a thousand clients that return at once', () => {
  const logReads = async (server: RunningServer): Promise<number> =>
    (await scrape(server))('hub_log_reads_total');

  /**
   * Clients return together, each from a number of its own. Like every client, one that the busy server sends away
   * (1013) comes again.
   * @returns how often the log was read for them
   */
  const storm = async (server: RunningServer, clinic: Clinic, clients: number, spread: number) => {
    const { seq, epoch } = await clinic.position();
    const token = await clinic.token();
    const before = await logReads(server);
    const open = (since: number) =>
      new Receiver(server.wsUrl, { token, query: { since: String(since), epoch } });
    const returning = numbers(1, clients).map((n) => ({ since: n % spread, receiver: open(n % spread) }));
    for (const client of returning) {
      const { since } = client;
      const resumed = await eventually(
        () => {
          if (client.receiver.closeCode === 1013) client.receiver = open(since);
          return client.receiver.said('resumed');
        },
        { timeoutMs: 120_000, what: 'a frame resumed' },
      );
      expect(resumed).toEqual({ from: since, to: seq, count: seq - since });
      expect(client.receiver.seqs).toEqual(numbers(since + 1, seq));
    }
    const reads = (await logReads(server)) - before;
    for (const { receiver } of returning) receiver.ws.terminate();
    return reads;
  };

  it('are served from memory by a server that has the events', async () => {
    const clinic = await Clinic.create(database);
    const witness = new Receiver(server.wsUrl, { token: await clinic.token() });
    await witness.hears('connected');
    await clinic.emit(100);
    await witness.reaches(100);
    expect(await storm(server, clinic, 1_000, 50)).toBe(0);
  });

  it('cost a server that has just started a handful of reads', async () => {
    const clinic = await Clinic.create(database);
    await clinic.emit(100);
    const fresh = await startAnother();
    expect(await storm(fresh, clinic, 1_000, 50)).toBeLessThanOrEqual(5);
  });

  it('cost a handful of reads a page when they come from further back than memory reaches', async () => {
    const clinic = await Clinic.create(database);
    await clinic.emit(2_000);
    expect(await storm(server, clinic, 100, 40)).toBeLessThanOrEqual(20);
  });
});
