import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { database, server, useServer } from '../../support/fixture.js';
import { eventually } from '../../support/wait.js';
import { scrape } from '../ws/scrape.js';
import { Clinic, numbers } from './support/clinic.js';
import { Receiver } from './support/receiver.js';

const STALLED = 20;
const EVENTS = 1_500;
const EVENT_BYTES = 20_000;
/** Were it kept for each socket it would be 600 MB; what is kept is shared or waits in the log. */
const MAX_GROWTH_BYTES = 200 * 1024 * 1024;

/** Memory of a process that is really there, in bytes. */
const residentBytes = (pid: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

useServer();

describe('readers that do not read', () => {
  it('are paused and catch up from the log, while memory stays flat and the others are served', async () => {
    const clinic = await Clinic.create(database);
    const token = await clinic.token();
    const stalled = numbers(1, STALLED).map(() => new Receiver(server.wsUrl, { token }));
    const witness = new Receiver(server.wsUrl, { token });
    for (const receiver of [...stalled, witness]) await receiver.hears('connected');
    for (const receiver of stalled) receiver.ws.pause();
    const before = residentBytes(server.pid);
    let most = before;
    for (let seq = 0; seq < EVENTS; seq += 100) {
      await database.query(
        `SELECT wardbell.emit($1, 'task_updated', jsonb_build_object('text', repeat('x', $2)))
         FROM generate_series(1, 100)`,
        [clinic.id, EVENT_BYTES],
      );
      await witness.reaches(seq + 100);
      most = Math.max(most, residentBytes(server.pid));
    }
    expect((await scrape(server))('websocket_sessions_lagging')).toBe(STALLED);
    expect(most - before).toBeLessThan(MAX_GROWTH_BYTES);

    for (const receiver of stalled) receiver.ws.resume();
    for (const receiver of stalled) await receiver.reaches(EVENTS);
    await eventually(async () => (await scrape(server))('websocket_sessions_lagging') === 0);
    await clinic.emit();
    for (const receiver of [...stalled, witness]) {
      await receiver.reaches(EVENTS + 1);
      expect(receiver.seqs).toEqual(numbers(1, EVENTS + 1));
      expect(receiver.closeCode).toBeUndefined();
    }
  });
});
