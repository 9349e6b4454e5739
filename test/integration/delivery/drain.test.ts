import { describe, expect, it } from '@jest/globals';
import { database, startAnother, useDatabase } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { eventually, scaled } from '../../support/wait.js';
import { scrape } from '../ws/scrape.js';
import { Clinic, numbers } from './support/clinic.js';
import { Receiver } from './support/receiver.js';

const CLIENTS = 40;
const STALLED = 10;
const MAX_STOP_MS = 10_000;

useDatabase();

describe('a drain under load', () => {
  it('gives each client a slot, ends within 10 s in spite of readers that do not read, and loses nothing', async () => {
    const clinic = await Clinic.create(database);
    const token = await clinic.token();
    const first = await startAnother();
    const receivers = numbers(1, CLIENTS).map(() => new Receiver(first.wsUrl, { token }));
    for (const receiver of receivers) await receiver.hears('connected');
    const stalled = receivers.slice(0, STALLED);
    for (const receiver of stalled) receiver.ws.pause();
    await database.query(
      `SELECT wardbell.emit($1, 'task_updated', jsonb_build_object('text', repeat('x', 20000)))
       FROM generate_series(1, 800)`,
      [clinic.id],
    );
    await eventually(async () => (await scrape(first))('websocket_sessions_lagging') === STALLED, {
      what: 'stalled readers that are paused',
    });

    let isOver = false;
    const acknowledged: unknown[] = [];
    const writer = (async () => {
      while (!isOver) {
        const answer = await call(first.url, 'POST', '/patients', {
          token,
          body: { first_name: 'Ada', last_name: 'Example' },
        }).catch(() => undefined);
        if (answer?.status === 201) acknowledged.push(answer.body);
      }
    })();
    const startMs = performance.now();
    const exitCode = await first.stop();
    expect(performance.now() - startMs).toBeLessThan(scaled(MAX_STOP_MS));
    expect(exitCode).toBe(0);
    isOver = true;
    await writer;

    const reading = receivers.slice(STALLED);
    await eventually(() => reading.every(({ closeCode }) => closeCode === 1012));
    const slots = reading.map((receiver) =>
      Number(receiver.said('server_restarting')?.['reconnect_after_ms']),
    );
    expect(Math.min(...slots)).toBeGreaterThan(0);
    for (const receiver of stalled) receiver.ws.resume();
    await eventually(() => receivers.every(({ closeCode }) => closeCode !== undefined));

    const second = await startAnother();
    const { seq, epoch } = await clinic.position();
    expect(acknowledged.length).toBeGreaterThan(0);
    for (const { last, seqs } of receivers) {
      const back = new Receiver(second.wsUrl, { token, query: { since: String(last), epoch } });
      await back.hears('resumed');
      expect([...seqs, ...back.seqs]).toEqual(numbers(1, seq));
      back.ws.terminate();
    }
    await second.stop();
  });
});
